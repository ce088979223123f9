with

by_utm as (

    select * from {{ ref('int_attribution_by_utm') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

final as (

    select
        by_utm.account,
        by_utm.order_date,
        by_utm.attribution_model,
        utms.source,
        utms.medium,
        utms.campaign,
        utms.content,
        utms.term,
        by_utm.currency,
        by_utm.orders,
        cast(by_utm.credit as double) as credit,
        cast(by_utm.attributed_gross as decimal(18, 4)) as attributed_gross,
        cast(by_utm.attributed_net as decimal(18, 4)) as attributed_net,
        utms.channel,
        by_utm.is_first_order
    from by_utm
    left join utms on by_utm.utm_id = utms.utm_id

)

select * from final
