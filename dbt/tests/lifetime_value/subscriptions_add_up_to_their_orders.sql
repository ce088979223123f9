{{ config(meta={'dagster': {'ref': {'name': 'subscriptions'}}}) }}
with

subscriptions as (

    select * from {{ ref('subscriptions') }}
    where status <> 'trial'

),

orders as (

    select
        orders.account,
        orders.currency,
        sum(orders.net_revenue) as net_revenue
    from ({{ subscription_orders(ref('orders')) }}) as orders
    semi join subscriptions
        on orders.account = subscriptions.account
        and orders.source_system is not distinct from subscriptions.source_system
        and orders.subscription_id = subscriptions.subscription_id
        and orders.currency is not distinct from subscriptions.currency
    where orders.ordered_at is not null
    group by orders.account, orders.currency

),

by_subscription as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue
    from subscriptions
    group by account, currency

),

months as (

    select
        account,
        currency,
        sum(recurring_net_revenue) as net_revenue
    from {{ ref('subscriptions_monthly') }}
    group by account, currency

),

different as (

    select
        orders.account,
        orders.currency,
        orders.net_revenue as of_orders,
        by_subscription.net_revenue as of_subscriptions,
        months.net_revenue as of_months
    from orders
    full join by_subscription
        on orders.account = by_subscription.account
        and orders.currency is not distinct from by_subscription.currency
    full join months
        on by_subscription.account = months.account
        and by_subscription.currency is not distinct from months.currency
    where orders.net_revenue is distinct from by_subscription.net_revenue
        or by_subscription.net_revenue is distinct from months.net_revenue

)

select * from different
