with

purchases as (

    select * from {{ ref('orders') }}
    where is_purchase and contact_id is not null and ordered_at is not null

),

customers as not materialized (

    select * from {{ ref('int_customers') }}

),

keyed as (

    select
        customers.customer_no,
        purchases.customer_order_number,
        purchases.order_date,
        customers.first_order_date,
        customers.cohort_month,
        purchases.net_revenue,
        purchases.subscription_id is not null as is_subscription
    from purchases
    inner join customers
        on purchases.account = customers.account
        and purchases.contact_id = customers.contact_id
        and purchases.currency is not distinct from customers.currency

),

final as (

    select
        customer_no,
        order_date,
        net_revenue,
        is_subscription,
        row_number() over purchases_so_far as order_number,
        order_date - lag(order_date) over purchases_so_far as days_since_previous,
        order_date - first_order_date as days_since_first_order,
        datediff('month', cohort_month, order_date) as months_since_first_order
    from keyed
    -- the number counts the contact's purchases in all currencies, so it also sorts those in one
    window purchases_so_far as (partition by customer_no order by customer_order_number)

)

select * from final
