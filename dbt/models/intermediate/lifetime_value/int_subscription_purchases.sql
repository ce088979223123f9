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

-- the largest order of a day comes first: it is the day's renewal, the others are no renewals
timed as (

    select
        orders.*,
        intervals.interval_days,
        intervals.interval_from,
        subscriptions.grace_days,
        subscriptions.as_of_date,
        row_number() over purchases_so_far as order_number,
        lead(orders.order_date) over purchases_so_far as next_order_date,
        orders.order_date - lag(orders.order_date) over purchases_so_far as days_since_first_before,
        orders.order_date - lag(orders.order_date, 2) over purchases_so_far as days_since_second_before,
        orders.order_date - lag(orders.order_date, 3) over purchases_so_far as days_since_third_before,
        lag(orders.amount) over purchases_so_far as previous_amount,
        lead(orders.amount) over purchases_so_far as next_amount
    from orders
    inner join intervals
        on orders.subscription_no = intervals.subscription_no
        and orders.plan = intervals.plan
    inner join subscriptions on orders.subscription_no = subscriptions.subscription_no
    window purchases_so_far as (
        partition by orders.subscription_no
        order by orders.order_date, orders.amount desc, orders.ordered_at, orders.order_id, orders.order_key
    )

),

-- an order renews unless it comes early, at a price unlike the previous and the next one's, and off the rhythm
beaten as (

    select
        *,
        case
            when order_number = 1 then true
            when days_since_first_before = 0 then false
            when 5 * days_since_first_before >= 4 * interval_days then true
            when {{ is_like('amount', 'previous_amount') }} or {{ is_like('amount', 'next_amount') }} then true
            -- an extra beside a dearer renewal
            when amount < previous_amount and (
                {{ is_of_one_beat('days_since_second_before', 'days_since_first_before', 'interval_days') }}
                or {{ is_of_one_beat('days_since_third_before', 'days_since_first_before', 'interval_days') }}
            ) then false
            else coalesce(
                {{ whole_intervals('days_since_second_before', 'interval_days') }},
                {{ whole_intervals('days_since_third_before', 'interval_days') }}
            ) is not null
        end as is_on_the_beat,
        cast(order_date + {{ billing_periods('interval_days') }} as date) as own_due_date
    from timed

),

renewed as (

    select
        *,
        {{ monthly_recurring('gross_revenue', 'interval_days') }} as own_mrr,
        is_on_the_beat or coalesce(
            days_since_first_before > 0
            and order_date >= last_value(case when is_on_the_beat then own_due_date end ignore nulls) over earlier,
            false
        ) as is_renewal
    from beaten
    window earlier as (
        partition by subscription_no
        order by order_number
        rows between unbounded preceding and 1 preceding
    )

),

-- an order in mid-period is money of the running period: it changes neither the due date nor the recurring amount
running as (

    select
        subscription_no,
        account,
        contact_id,
        ordered_at,
        order_date,
        gross_revenue,
        net_revenue,
        order_number,
        next_order_date,
        grace_days,
        as_of_date,
        is_renewal,
        last_value(if(is_renewal, interval_days, null) ignore nulls) over so_far as interval_days,
        last_value(if(is_renewal, interval_from, null) ignore nulls) over so_far as interval_from,
        last_value(if(is_renewal, ordered_at, null) ignore nulls) over so_far as renewed_at,
        last_value(if(is_renewal, order_date, null) ignore nulls) over so_far as renewed_on,
        last_value(if(is_renewal, own_due_date, null) ignore nulls) over so_far as due_date,
        last_value(if(is_renewal, own_mrr, null) ignore nulls) over so_far as mrr,
        last_value(if(is_renewal, own_due_date, null) ignore nulls) over earlier as previous_due_date,
        last_value(if(is_renewal, own_mrr, null) ignore nulls) over earlier as previous_mrr
    from renewed
    window
        so_far as (
            partition by subscription_no
            order by order_number
            rows between unbounded preceding and current row
        ),
        earlier as (
            partition by subscription_no
            order by order_number
            rows between unbounded preceding and 1 preceding
        )

),

lapsing as (

    select
        *,
        -- active through the due date, late for the days of grace, churned from the day after
        due_date + grace_days + 1 as lapses_on,
        coalesce(previous_due_date + grace_days + 1 <= order_date, false) as is_reactivation
    from running

),

final as (

    select
        subscription_no,
        account,
        contact_id,
        ordered_at,
        order_date,
        gross_revenue,
        net_revenue,
        interval_days,
        interval_from,
        mrr,
        order_number,
        is_renewal,
        renewed_at,
        renewed_on,
        next_order_date is null as is_latest,
        due_date,
        lapses_on,
        case when lapses_on <= coalesce(next_order_date, as_of_date) then lapses_on end as churned_on,
        previous_mrr,
        is_reactivation,
        -- since when it has been active without a break
        last_value(if(order_number = 1 or is_reactivation, order_date, null) ignore nulls) over (
            partition by subscription_no
            order by order_number
            rows between unbounded preceding and current row
        ) as active_since
    from lapsing

)

select * from final
