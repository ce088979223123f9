with

orders as (

    select * from {{ ref('stg_wicked__orders') }}
    where amount > 0

),

-- lines of tax and discounts are parts of the order's amount, not payments
payments as (

    select * from {{ ref('stg_wicked__order_payments') }}
    where status is null or not {{ status_means('status', ['part']) }}

),

totals as (

    select
        account,
        order_key,
        coalesce(sum(amount) filter (where {{ is_paid('status') }}), 0) as paid,
        count(*) filter (where {{ is_paid('status') }}) as paid_lines,
        coalesce(sum(abs(amount)) filter (where {{ is_refunded('status') }}), 0) as refunded,
        -- a refund undoes the money, not the purchase; a trial at 0 is no purchase
        coalesce(
            bool_or(({{ is_paid('status') }} or {{ is_refunded('status') }}) and amount is distinct from 0), false
        ) as was_paid
    from payments
    group by account, order_key

),

in_several_lines as (

    select
        account,
        order_key
    from totals
    where paid_lines > 1

),

-- few orders have several: these are found before any line is compared with its order
paid_in_several as materialized (

    select payments.*
    from payments
    semi join in_several_lines
        on payments.account = in_several_lines.account
        and payments.order_key = in_several_lines.order_key
    where {{ is_paid('payments.status') }}

),

-- if several lines each pay the whole order (an authorisation and its capture), one is the payment
paid_again as (

    select
        payments.account,
        payments.order_key,
        sum(payments.amount) - min(payments.amount) as amount
    from paid_in_several as payments
    inner join orders
        on payments.account = orders.account
        and payments.order_key = orders.order_key
    where payments.amount > orders.amount - 0.01
    group by payments.account, payments.order_key

),

final as (

    select
        totals.account,
        totals.order_key,
        totals.paid,
        totals.paid_lines,
        coalesce(paid_again.amount, 0) as paid_again,
        totals.refunded,
        totals.was_paid
    from totals
    left join paid_again
        on totals.account = paid_again.account
        and totals.order_key = paid_again.order_key

)

select * from final
