{%- set path_start = var('path_start') -%}

with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

-- the orders that may have a path of their own
path_orders as not materialized (

    select * from {{ ref('int_last_clicks') }}

),

-- most contacts never order, so their clicks need no sorting
clicks as (

    select * from {{ ref('int_numbered_clicks') }}
    where begins_instant
        and contact_no in (select path_orders.contact_no from path_orders)

),

bounded as (

    {% if path_start == 'lookback' %}
    select
        *,
        ordered_at - to_days({{ var('attribution_lookback_days') }}) as starts_at
    from path_orders
    {% else %}
    select
        path_orders.*,
        greatest(
            path_orders.ordered_at - to_days({{ var('attribution_lookback_days') }}),
            purchases.ordered_at + to_microseconds(1)
        ) as starts_at
    from path_orders
    asof left join (from path_orders where is_purchase) as purchases
        on path_orders.contact_no = purchases.contact_no
        and path_orders.ordered_at > purchases.ordered_at
    {% endif %}

),

ranges as (

    select
        bounded.order_no,
        clicks.click_no as path_from,
        bounded.last_click_no as path_to
    from bounded
    asof join clicks
        on bounded.contact_no = clicks.contact_no
        and bounded.starts_at <= clicks.clicked_at
    where clicks.click_no <= bounded.last_click_no

),

final as (

    select
        orders.order_no,
        orders.is_purchase,
        ranges.path_from,
        ranges.path_to,
        dense_rank() over (order by ranges.path_from, ranges.path_to) as path_no
    from orders
    inner join ranges on orders.path_order_no = ranges.order_no

)

select * from final
