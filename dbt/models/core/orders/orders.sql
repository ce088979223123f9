with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

-- an implausible date makes an undated order
orders as (

    select
        orders.* replace ({{ plausible('orders.ordered_at') }} as ordered_at),
        accounts.refund_semantics
    from {{ ref('stg_wicked__orders') }} as orders
    left join accounts on orders.account = accounts.account

),

payments as (

    select * from {{ ref('int_order_payments') }}

),

refund_habits as not materialized (

    select * from {{ ref('int_refund_habits') }}

),

guests as (

    select * from {{ ref('int_guest_orders') }}

),

utc_offsets as (

    {{ utc_offsets('orders', 'ordered_at', 'accounts') }}

),

valued as (

    select
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.source_system,
        coalesce(guests.contact_id, orders.contact_id) as contact_id,
        case
            when guests.order_key is null then 'id'
            when guests.contact_id is not null then 'email'
        end as contact_matched_by,
        orders.ordered_at,
        cast(orders.ordered_at + utc_offsets.utc_offset as date) as order_date,
        orders.currency,
        coalesce(orders.amount, 0) as gross_revenue,
        coalesce(payments.refunded, 0) as refunded_revenue,
        case
            when payments.refunded > 0
                then coalesce(
                    nullif(orders.refund_semantics, 'auto'),
                    {{ shown_refund_kind('orders.amount', 'payments.paid', 'payments.refunded') }},
                    refund_habits.habit
                )
        end as refund_kind,
        {{ net_of_order('orders.amount', 'refund_kind') }} as net_revenue,
        coalesce(orders.amount > 0 and coalesce(payments.was_paid, true), false) as is_purchase,
        orders.subscription_id
    from orders
    left join utc_offsets
        on orders.account = utc_offsets.account
        and {{ quarter_hour('orders.ordered_at') }} = utc_offsets.quarter_hour
    left join guests
        on orders.account = guests.account
        and orders.order_key = guests.order_key
    left join payments
        on orders.account = payments.account
        and orders.order_key = payments.order_key
    left join refund_habits
        on orders.account = refund_habits.account
        and orders.source_system is not distinct from refund_habits.source_system

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
        contact_matched_by,
        ordered_at,
        order_date,
        currency,
        gross_revenue,
        {{ order_money('refunded_revenue') }} as refunded_revenue,
        {{ order_money('net_revenue') }} as net_revenue,
        refund_kind,
        is_purchase,
        customer_order_number,
        coalesce(customer_order_number = 1, false) as is_first_order,
        subscription_id
    from numbered

)

select * from final
