with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

-- a date that means none makes an undated order
orders as (

    select orders.* replace ({{ plausible('orders.ordered_at') }} as ordered_at)
    from {{ ref('stg_wicked__orders') }} as orders
    left join accounts on orders.account = accounts.account

),

payments as (

    select * from {{ ref('stg_wicked__order_payments') }}

),

utc_offsets as (

    {{ utc_offsets('orders', 'ordered_at', 'accounts') }}

),

paid_and_refunded as (

    select
        account,
        order_key,
        coalesce(sum(amount) filter (where {{ is_paid('status') }}), 0) as paid,
        coalesce(sum(amount) filter (where {{ is_refunded('status') }}), 0) as refunded,
        -- a refund undoes the money, not the purchase
        coalesce(bool_or({{ is_paid('status') }} or {{ is_refunded('status') }}), false) as was_paid
    from payments
    group by account, order_key

),

valued as (

    select
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.source_system,
        orders.contact_id,
        orders.ordered_at,
        cast(orders.ordered_at + utc_offsets.utc_offset as date) as order_date,
        orders.currency,
        coalesce(orders.amount, 0) as gross_revenue,
        coalesce(payments.refunded, 0) as refunded_revenue,
        -- an order that carries no payment at all counts its amount
        case
            when payments.order_key is null then coalesce(orders.amount, 0)
            else {{ net_of_payments('payments.paid', 'payments.refunded') }}
        end as net_revenue,
        coalesce(payments.was_paid, true) as is_purchase,
        orders.subscription_id
    from orders
    left join utc_offsets
        on orders.account = utc_offsets.account
        and {{ quarter_hour('orders.ordered_at') }} = utc_offsets.quarter_hour
    left join paid_and_refunded as payments
        on orders.account = payments.account
        and orders.order_key = payments.order_key

),

numbered as (

    select
        *,
        case
            when is_purchase and contact_id is not null
                then row_number() over (
                    partition by account, contact_id, is_purchase
                    order by ordered_at, order_id, order_key
                )
        end as customer_order_number
    from valued

),

final as (

    select
        account,
        order_key,
        order_id,
        source_system,
        contact_id,
        ordered_at,
        order_date,
        currency,
        cast(gross_revenue as decimal(18, 4)) as gross_revenue,
        cast(refunded_revenue as decimal(18, 4)) as refunded_revenue,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        is_purchase,
        customer_order_number,
        coalesce(customer_order_number = 1, false) as is_first_order,
        subscription_id
    from numbered

)

select * from final
