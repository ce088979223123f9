{{ config(materialized='view') }}

with

by_utm as (

    select * from {{ beside('int_attribution_by_utm') }}

),

days as (

    select * from {{ beside('int_order_days') }}

),

utms as (

    select * from {{ beside('int_utms') }}

),

touched_orders as (

    select * from {{ beside('int_touched_orders') }}
    where level = 'utm_key'

),

final as (

    select
        days.account,
        days.order_date,
        by_utm.attribution_model,
        utms.source,
        utms.medium,
        utms.campaign,
        utms.content,
        utms.term,
        days.currency,
        cast({{ counted_orders('by_utm', 'utm_key') }} as bigint) as orders,
        cast(by_utm.credit as double) as credit,
        {{ money_of_units('by_utm.gross_units') }} as attributed_gross,
        {{ money_of_units('by_utm.net_units') }} as attributed_net,
        utms.channel,
        days.is_first_order,
        nullif(utms.source_name, '') as source_name
    from by_utm
    inner join days on by_utm.day_key = days.day_key
    left join utms on by_utm.utm_key = utms.utm_key
    left join touched_orders
        on by_utm.family = touched_orders.family
        and by_utm.day_key = touched_orders.day_key
        and by_utm.utm_key = touched_orders.touched_key

)

select * from final
