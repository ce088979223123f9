with

conversion_paths as (

    select * from {{ ref('conversion_paths') }}

),

final as (

    select
        account,
        currency,
        touches,
        cast(sum(orders) as bigint) as orders,
        {{ wide_money('sum(net_revenue)') }} as net_revenue
    from conversion_paths
    group by account, currency, touches

)

select * from final
