{{ config(meta={'dagster': {'ref': {'name': 'subscriptions'}}}) }}
{# The orders of subscriptions come to the same net revenue by order, by subscription and by month. #}
with

orders as (

    select
        orders.account,
        orders.currency,
        sum(orders.net_revenue) as net_revenue
    from {{ ref('orders') }} as orders
    semi join {{ ref('subscriptions') }} as subscriptions
        on orders.account = subscriptions.account
        and orders.subscription_id = subscriptions.subscription_id
        and orders.currency is not distinct from subscriptions.currency
    where orders.ordered_at is not null
    group by orders.account, orders.currency

),

subscriptions as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue
    from {{ ref('subscriptions') }}
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
        subscriptions.net_revenue as of_subscriptions,
        months.net_revenue as of_months
    from orders
    full join subscriptions
        on orders.account = subscriptions.account
        and orders.currency is not distinct from subscriptions.currency
    full join months
        on subscriptions.account = months.account
        and subscriptions.currency is not distinct from months.currency
    where orders.net_revenue is distinct from subscriptions.net_revenue
        or subscriptions.net_revenue is distinct from months.net_revenue

)

select * from different
