with

orders as (

    select * from {{ ref('int_subscription_orders') }}
    where is_purchase

),

intervals as (

    select * from {{ ref('int_subscription_intervals') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions') }}

),

timed as (

    select
        orders.*,
        intervals.interval_days,
        subscriptions.as_of_date,
        cast(orders.order_date + {{ billing_periods('intervals.interval_days') }} as date) as due_date,
        {{ monthly_recurring('orders.gross_revenue', 'intervals.interval_days') }} as mrr
    from orders
    inner join intervals on orders.subscription_key = intervals.subscription_key
    inner join subscriptions on orders.subscription_key = subscriptions.subscription_key

),

ordered as (

    select
        *,
        -- active through the due date, late for the days of grace, churned the day after
        due_date + {{ var('subscription_grace_days') }} + 1 as lapses_on,
        row_number() over purchases_so_far as order_number,
        lead(order_date) over purchases_so_far as next_order_date
    from timed
    window purchases_so_far as (partition by subscription_key order by ordered_at, order_id, order_key)

),

final as (

    select
        subscription_key,
        account,
        contact_id,
        ordered_at,
        order_date,
        net_revenue,
        interval_days,
        mrr,
        order_number,
        next_order_date is null as is_latest,
        due_date,
        lapses_on,
        case when lapses_on <= coalesce(next_order_date, as_of_date) then lapses_on end as churned_on,
        lag(mrr) over purchases_so_far as previous_mrr,
        coalesce(lag(lapses_on) over purchases_so_far <= order_date, false) as is_reactivation
    from ordered
    window purchases_so_far as (partition by subscription_key order by order_number)

)

select * from final
