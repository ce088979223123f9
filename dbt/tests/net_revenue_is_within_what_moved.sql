{{ config(meta={'dagster': {'ref': {'name': 'orders'}}}) }}
with

orders as (

    select * from {{ ref('orders') }}

),

payments as (

    select * from {{ ref('int_order_payments') }}

),

bounded as (

    select
        orders.account,
        orders.order_key,
        orders.net_revenue,
        case
            when orders.gross_revenue < 0 then orders.gross_revenue
            when payments.order_key is null then orders.gross_revenue
            else least(payments.paid, 0) - orders.refunded_revenue
        end as least_net,
        case
            when orders.gross_revenue < 0 then 0
            when payments.order_key is null then orders.gross_revenue
            else greatest(payments.paid - payments.paid_again, 0)
        end as most_net
    from orders
    left join payments
        on orders.account = payments.account
        and orders.order_key = payments.order_key

)

select * from bounded
where net_revenue < least_net
    or net_revenue > most_net
