{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_order_payments'}}}) }}

with

payments as (

    select * from {{ ref('int_order_payments') }}

),

orders as (

    select * from {{ ref('orders') }}

),

found as (

    select
        payments.account,
        payments.order_key,
        case
            when payments.paid_again > 0 then 'paid in whole several times'
            when payments.paid_lines > 1
                and payments.paid >= 1.5 * cast(orders.gross_revenue as decimal(38, 4)) -- the widest amount, times 1.5
                and orders.gross_revenue > 0
                then 'paid far more than its amount'
        end as what,
        case when payments.paid_again > 0 then payments.paid_again else payments.paid - orders.gross_revenue end as too_much
    from payments
    inner join orders
        on payments.account = orders.account
        and payments.order_key = orders.order_key

)

select
    account,
    what,
    count(*) as orders,
    sum(too_much) as too_much,
    {{ examples('order_key') }} as examples
from found
where what is not null
group by account, what
