with

newest as (

    {{ newest_records('base_wicked__orders', 'order_id') }}

),

entries as (

    select
        account,
        order_id,
        unnest(payments) as payment,
        generate_subscripts(payments, 1) as payment_number
    from newest

),

payments as (

    select
        account,
        order_id,
        cast(payment_number as integer) as payment_number,
        payment.paid_at,
        payment.status,
        payment.amount
    from entries
    -- an entry without a field is none
    where payment.paid_at is not null or payment.status is not null or payment.amount is not null

)

select * from payments
