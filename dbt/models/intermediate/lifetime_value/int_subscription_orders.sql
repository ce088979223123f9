with

orders as (

    select * from ({{ subscription_orders(ref('orders')) }})
    where ordered_at is not null

),

subscriptions as (

    select * from {{ ref('int_subscriptions') }}

),

final as (

    select
        subscriptions.subscription_key,
        subscriptions.is_current,
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.contact_id,
        orders.ordered_at,
        orders.order_date,
        orders.is_purchase,
        orders.gross_revenue,
        orders.net_revenue,
        -- failed attempts keep the rhythm too
        orders.order_date - lag(orders.order_date) over (
            partition by subscriptions.subscription_key
            order by orders.ordered_at, orders.order_id, orders.order_key
        ) as gap_days
    from orders
    inner join subscriptions
        on orders.account = subscriptions.account
        and orders.source_system is not distinct from subscriptions.source_system
        and orders.subscription_id = subscriptions.subscription_id
        and orders.currency is not distinct from subscriptions.currency
        and (subscriptions.is_current or orders.order_date <= subscriptions.as_of_date)

)

select * from final
