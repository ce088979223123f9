with

subscriptions as (

    select * from {{ ref('int_subscriptions') }}
    where is_current

),

orders as not materialized (

    select * from {{ ref('int_subscription_orders') }}

),

purchases as (

    select * from {{ ref('int_subscription_purchases') }}

),

coverage as not materialized (

    select * from {{ ref('int_coverage') }}

),

payments as (

    select * from {{ ref('stg_wicked__order_payments') }}

),

order_totals as (

    select
        subscription_no,
        count(*) filter (where is_purchase) as orders,
        min(ordered_at) filter (where is_purchase) as started_at,
        -- a free order before anything was bought
        min(ordered_at) filter (where not is_purchase and amount = 0) as free_at,
        arg_max(contact_id, ordered_at) as contact_id,
        sum(net_revenue) as net_revenue
    from orders
    group by subscription_no

),

payment_totals as (

    select
        orders.subscription_no,
        max({{ plausible('payments.paid_at', 'coverage') }}) filter (
            where {{ is_paid('payments.status') }}
        ) as last_paid_at,
        count(*) filter (where lower(payments.status) = 'failed') as failed_payments
    from payments
    inner join orders
        on payments.account = orders.account
        and payments.order_key = orders.order_key
    left join coverage on payments.account = coverage.account
    group by orders.subscription_no

),

latest as (

    select
        purchases.*,
        coverage.newest_day,
        {{ local_time('purchases.renewed_at', 'coverage.timezone') }}
        + {{ billing_periods('purchases.interval_days') }} as due_at_local,
        coverage.timezone
    from purchases
    inner join coverage on purchases.account = coverage.account
    where purchases.is_latest

),

final as (

    select
        subscriptions.account,
        subscriptions.source_system,
        subscriptions.subscription_id,
        coalesce(latest.contact_id, order_totals.contact_id) as contact_id,
        subscriptions.currency,
        case
            when order_totals.free_at < order_totals.started_at or order_totals.started_at is null
                then order_totals.free_at
        end as trial_started_at,
        case
            when order_totals.free_at < order_totals.started_at then order_totals.started_at
        end as converted_at,
        order_totals.started_at,
        payment_totals.last_paid_at,
        latest.interval_days,
        latest.interval_from,
        order_totals.orders,
        greatest(order_totals.orders - 1, 0) as rebills,
        coalesce(payment_totals.failed_payments, 0) as failed_payments,
        {{ wide_money('order_totals.net_revenue') }} as net_revenue,
        case when latest.churned_on is null then coalesce(latest.mrr, 0) else 0 end as mrr,
        case
            when latest.subscription_no is null then 'trial'
            when latest.newest_day <= latest.due_date then 'active'
            when latest.churned_on is null then 'late'
            else 'churned'
        end as status,
        {{ utc_time('latest.due_at_local', 'latest.timezone') }} as expected_next_at
    from subscriptions
    inner join order_totals on subscriptions.subscription_no = order_totals.subscription_no
    left join latest on subscriptions.subscription_no = latest.subscription_no
    left join payment_totals on subscriptions.subscription_no = payment_totals.subscription_no

)

select * from final
