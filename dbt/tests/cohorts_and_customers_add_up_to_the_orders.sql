{{ config(meta={'dagster': {'ref': {'name': 'customer_ltv'}}}) }}
with

customer_orders as (

    select
        orders.*,
        customers.cohort_month is not null and orders.ordered_at is not null as is_in_a_cohort
    from {{ ref('orders') }} as orders
    left join {{ ref('customer_ltv') }} as customers
        on orders.account = customers.account
        and orders.contact_id = customers.contact_id
        and orders.currency is not distinct from customers.currency
    where orders.contact_id is not null

),

orders as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue,
        coalesce(sum(net_revenue) filter (where is_in_a_cohort), 0) as cohort_net_revenue,
        count(*) filter (where is_purchase) as orders,
        count(*) filter (where is_purchase and ordered_at is not null) as dated_orders
    from customer_orders
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
        or coalesce(cohorts.net_revenue, 0) <> orders.cohort_net_revenue
        or coalesce(cohorts.orders, 0) <> orders.dated_orders

)

select * from different
