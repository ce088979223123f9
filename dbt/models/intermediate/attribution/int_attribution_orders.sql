{%- set rebills = var('rebill_attribution') -%}

with

-- materialized, so that every reader sees the same numbers
orders as materialized (

    select
        row_number() over () as order_no,
        *
    from {{ ref('orders') }}

),

refunding_orders as (

    select * from {{ ref('int_refunding_orders') }}

),

subscription_orders as (

    {{ subscription_orders('orders') }}

),

-- a subscription begins with its first order that brought money
subscriptions as (

    select
        account,
        source_system,
        subscription_id,
        arg_min(order_no, (ordered_at, order_id, order_key)) as first_order_no,
        min(ordered_at) as first_ordered_at
    from subscription_orders
    where is_purchase
    group by account, source_system, subscription_id

),

sales as (

    select
        subscription_orders.order_no,
        subscriptions.first_order_no
    from subscription_orders
    inner join subscriptions
        on subscription_orders.account = subscriptions.account
        and subscription_orders.source_system is not distinct from subscriptions.source_system
        and subscription_orders.subscription_id = subscriptions.subscription_id
        and subscription_orders.ordered_at >= subscriptions.first_ordered_at

),

refunds as (

    select
        refunding.order_no,
        purchases.order_no as purchase_no,
        purchases.order_key as purchase_key,
        purchases.is_first_order
    from refunding_orders
    inner join orders as refunding
        on refunding_orders.account = refunding.account
        and refunding_orders.order_key = refunding.order_key
    inner join orders as purchases
        on refunding_orders.account = purchases.account
        and refunding_orders.purchase_key = purchases.order_key

),

-- a refund that came as an order takes back credit from the touches of its purchase
carrying as (

    select
        orders.* replace (coalesce(refunds.is_first_order, orders.is_first_order) as is_first_order),
        coalesce(refunds.purchase_no, orders.order_no) as sale_no,
        refunds.purchase_key
    from orders
    left join refunds on orders.order_no = refunds.order_no

),

final as (

    select
        orders.order_no,
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.contact_id,
        orders.ordered_at,
        orders.order_date,
        orders.currency,
        -- orders that are counted together: one day, one currency, first or repeat
        hash(orders.account, orders.order_date, orders.currency, orders.is_first_order) as day_key,
        orders.gross_revenue,
        orders.net_revenue,
        {{ money_units('orders.gross_revenue') }} as gross_units,
        {{ money_units('orders.net_revenue') }} as net_units,
        orders.is_purchase,
        orders.is_first_order,
        orders.purchase_key,
        -- the order whose path it carries: the first purchase of that order's subscription, or that order
        {{ 'coalesce(sales.first_order_no, orders.sale_no)' if rebills == 'initial' else 'orders.sale_no' }}
            as path_order_no
    from carrying as orders
    left join sales on orders.sale_no = sales.order_no

)

select * from final
