with

customers as (

    select * from {{ ref('int_customers') }}

),

purchases as (

    select * from {{ ref('int_customer_purchases') }}
    -- orders are split, not customers: leaving out customers who subscribe later would let the model see the future
    where not is_subscription

),

adjustments as (

    select * from {{ ref('int_customer_adjustments') }}
    where not is_subscription and purchase_date is not null

),

segments as not materialized (

    select * from {{ ref('int_forecast_segments') }}

),

-- a refund that came as an order counts on its purchase's day, as other refunds do
money as (

    select
        customer_no,
        order_date,
        net_revenue
    from purchases
    union all
    select
        customer_no,
        purchase_date as order_date,
        net_revenue
    from adjustments

),

purchase_days as (

    select
        customer_no,
        order_date,
        sum(net_revenue) as net_revenue
    from money
    group by customer_no, order_date

),

members as (

    select
        customers.customer_no,
        segments.segment_no,
        segments.as_of_date,
        segments.holdout_days
    from customers
    inner join segments
        on customers.account = segments.account
        and customers.currency is not distinct from segments.currency

),

histories as (

    select
        members.segment_no,
        members.customer_no,
        members.as_of_date,
        min(days.order_date) as first_day,
        max(days.order_date) filter (where days.order_date <= members.as_of_date) as last_day,
        count(*) filter (where days.order_date <= members.as_of_date) - 1 as frequency,
        sum(days.net_revenue) filter (where days.order_date <= members.as_of_date)
        - arg_min(days.net_revenue, days.order_date) as repeat_net_revenue,
        count(*) filter (
            where days.order_date <= members.as_of_date
            and days.order_date > members.as_of_date - members.holdout_days
        )
        - cast(min(days.order_date) > members.as_of_date - members.holdout_days as bigint) as last_period_orders,
        count(*) filter (
            where days.order_date > members.as_of_date
            and days.order_date <= members.as_of_date + members.holdout_days
        ) as holdout_orders
    from members
    inner join purchase_days as days on members.customer_no = days.customer_no
    group by members.segment_no, members.customer_no, members.as_of_date, members.holdout_days
    having min(days.order_date) <= members.as_of_date

),

final as (

    select
        segment_no,
        customer_no,
        cast(date_trunc('month', first_day) as date) as cohort_month,
        frequency,
        (last_day - first_day) / 7.0 as recency_weeks,
        (as_of_date - first_day) / 7.0 as age_weeks,
        cast(repeat_net_revenue / nullif(frequency, 0) as double) as monetary_value,
        last_period_orders,
        holdout_orders
    from histories

)

select * from final
