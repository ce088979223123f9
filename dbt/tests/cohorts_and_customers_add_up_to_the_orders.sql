{{ config(meta={'dagster': {'ref': {'name': 'customer_ltv'}}}) }}
{# An order without a contact makes nobody a customer, and one without a date has no month. #}
with

orders as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue,
        coalesce(sum(net_revenue) filter (where ordered_at is not null), 0) as dated_net_revenue,
        count(*) filter (where is_purchase) as orders,
        count(*) filter (where is_purchase and ordered_at is not null) as dated_orders
    from {{ ref('orders') }}
    where contact_id is not null
    group by account, currency

),

customers as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue,
        sum(order_count) as orders
    from {{ ref('customer_ltv') }}
    group by account, currency

),

cohorts as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue,
        sum(orders) as orders
    from {{ ref('ltv_cohorts') }}
    group by account, currency

),

different as (

    select
        orders.account,
        orders.currency
    from orders
    left join customers
        on orders.account = customers.account
        and orders.currency is not distinct from customers.currency
    left join cohorts
        on orders.account = cohorts.account
        and orders.currency is not distinct from cohorts.currency
    where customers.net_revenue is distinct from orders.net_revenue
        or customers.orders is distinct from orders.orders
        or coalesce(cohorts.net_revenue, 0) <> orders.dated_net_revenue
        or coalesce(cohorts.orders, 0) <> orders.dated_orders

)

select * from different
