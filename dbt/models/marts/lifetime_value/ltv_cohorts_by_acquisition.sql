with

customers as (

    select * from {{ ref('int_customers') }}
    where cohort_month is not null

),

acquisition as (

    select * from {{ ref('int_customer_acquisition') }}

),

purchases as (

    select * from {{ ref('int_customer_purchases') }}

),

adjustments as (

    select * from {{ ref('int_customer_adjustments') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

cohorts as (

    select
        row_number() over () as cohort_no,
        customers.account,
        customers.currency,
        customers.cohort_month,
        acquisition.channel,
        acquisition.source,
        acquisition.source_name,
        acquisition.medium,
        acquisition.campaign,
        count(*) as customers,
        list(customers.customer_no) as customer_nos
    from customers
    inner join acquisition on customers.customer_no = acquisition.customer_no
    group by all

),

members as (

    select
        cohort_no,
        unnest(customer_nos) as customer_no
    from cohorts

),

-- counts are of purchases, money is of all orders
money as (

    select
        customer_no,
        true as is_purchase,
        -- this counts a month's customers without a distinct count over ten million numbers
        coalesce(datediff('month', order_date - cast(days_since_previous as integer), order_date) > 0, true) as is_first_of_month,
        months_since_first_order,
        net_revenue
    from purchases
    union all
    select
        customer_no,
        false as is_purchase,
        false as is_first_of_month,
        months_since_first_order,
        net_revenue
    from adjustments

),

activity as (

    select
        members.cohort_no,
        money.months_since_first_order,
        count(*) filter (where money.is_first_of_month) as active_customers,
        count(*) filter (where money.is_purchase) as orders,
        sum(money.net_revenue) as net_revenue
    from money
    inner join members on money.customer_no = members.customer_no
    group by members.cohort_no, money.months_since_first_order

),

cohort_months as (

    select
        cohorts.* exclude (customer_nos),
        coverage.last_day_covered,
        unnest(range(0, datediff('month', cohorts.cohort_month, coverage.last_month) + 1)) as months_since_first_order
    from cohorts
    inner join coverage on cohorts.account = coverage.account

),

filled as (

    select
        cohort_months.*,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.net_revenue, 0) as net_revenue,
        sum(coalesce(activity.net_revenue, 0)) over months_so_far as cumulative_net_revenue
    from cohort_months
    left join activity
        on cohort_months.cohort_no = activity.cohort_no
        and cohort_months.months_since_first_order = activity.months_since_first_order
    window months_so_far as (partition by cohort_months.cohort_no order by cohort_months.months_since_first_order)

),

final as (

    select
        account,
        currency,
        cohort_month,
        '{{ acquisition_model() }}' as acquisition_model,
        channel,
        source,
        source_name,
        medium,
        campaign,
        months_since_first_order,
        customers,
        active_customers,
        orders,
        {{ wide_money('net_revenue') }} as net_revenue,
        {{ wide_money('cumulative_net_revenue') }} as cumulative_net_revenue,
        {{ wide_money('cumulative_net_revenue / customers') }} as cumulative_net_revenue_per_customer,
        {{ is_complete_month('cohort_month', 'months_since_first_order', 'last_day_covered') }} as is_complete
    from filled

)

select * from final
