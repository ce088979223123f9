with

current_orders as (

    {{ current_orders() }}

),

entries as (

    select
        account,
        order_id,
        order_key,
        unnest(payments) as payment,
        generate_subscripts(payments, 1) as payment_number
    from current_orders

),

payments as (

    select
        account,
        order_id,
        order_key,
        cast(payment_number as integer) as payment_number,
        payment.paid_at,
        {{ payment_status_code('payment.status') }} as status,
        payment.amount
    from entries
    -- an entry without any field is no payment
    where payment.paid_at is not null or payment.status is not null or payment.amount is not null

)

select * from payments
