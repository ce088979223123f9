with

order_attribution as (

    select * from {{ ref('order_attribution') }}

),

final as (

    select
        account,
        order_date,
        attribution_model,
        source,
        medium,
        campaign,
        currency,
        count(distinct order_id) filter (where is_purchase) as orders,
        coalesce(sum(credit) filter (where is_purchase), 0) as credit,
        cast(sum(attributed_gross) as decimal(18, 4)) as attributed_gross,
        cast(sum(attributed_net) as decimal(18, 4)) as attributed_net
    from order_attribution
    group by all

)

select * from final
