with

orders as (

    select * from {{ ref('orders') }}
    where not is_purchase
        and net_revenue <> 0
        and contact_id is not null
        and ordered_at is not null

),

customers as (

    select * from {{ ref('int_customers') }}
    where cohort_month is not null

),

refunding_orders as (

    select * from {{ ref('int_refunding_orders') }}

),

final as (

    select
        customers.customer_no,
        orders.order_date,
        orders.net_revenue,
        orders.order_date - customers.first_order_date as days_since_first_order,
        -- money from before the first purchase counts with it
        greatest(datediff('month', customers.cohort_month, orders.order_date), 0) as months_since_first_order,
        refunding_orders.purchase_date,
        refunding_orders.purchase_subscription_id is not null as is_subscription
    from orders
    inner join customers
        on orders.account = customers.account
        and orders.contact_id = customers.contact_id
        and orders.currency is not distinct from customers.currency
    left join refunding_orders
        on orders.account = refunding_orders.account
        and orders.order_key = refunding_orders.order_key

)

select * from final
