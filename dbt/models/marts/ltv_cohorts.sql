with

purchases as (

    select * from {{ ref('orders') }}
    where is_purchase and contact_id is not null and ordered_at is not null

),

loads as (

    select * from {{ ref('stg_wicked__loads') }}
    where endpoint = 'orders'

),

-- the last month that has figures: of the last day covered, or of a later order at the window's edge
observed as (

    select
        account,
        max(month) as last_month
    from (
        select account, date_trunc('month', window_to) as month from loads
        union all
        select account, date_trunc('month', order_date) as month from purchases
    )
    group by account

),

customers as (

    select
        account,
        contact_id,
        currency,
        date_trunc('month', min(order_date)) as cohort_month
    from purchases
    group by account, contact_id, currency

),

cohorts as (

    select
        account,
        currency,
        cohort_month,
        count(*) as customers
    from customers
    group by account, currency, cohort_month

),

cohort_months as (

    select
        cohorts.*,
        unnest(range(0, datediff('month', cohorts.cohort_month, observed.last_month) + 1)) as months_since_first_order
    from cohorts
    inner join observed on cohorts.account = observed.account

),

activity as (

    select
        purchases.account,
        purchases.currency,
        customers.cohort_month,
        datediff('month', customers.cohort_month, purchases.order_date) as months_since_first_order,
        count(distinct purchases.contact_id) as active_customers,
        count(*) as orders,
        sum(purchases.net_revenue) as net_revenue
    from purchases
    inner join customers
        on purchases.account = customers.account
        and purchases.contact_id = customers.contact_id
        and purchases.currency is not distinct from customers.currency
    group by all

),

filled as (

    select
        cohort_months.*,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.net_revenue, 0) as net_revenue
    from cohort_months
    left join activity
        on cohort_months.account = activity.account
        and cohort_months.currency is not distinct from activity.currency
        and cohort_months.cohort_month = activity.cohort_month
        and cohort_months.months_since_first_order = activity.months_since_first_order

),

accumulated as (

    select
        *,
        sum(net_revenue) over (
            partition by account, currency, cohort_month
            order by months_since_first_order
        ) as cumulative_net_revenue
    from filled

),

final as (

    select
        account,
        currency,
        cast(cohort_month as date) as cohort_month,
        months_since_first_order,
        customers,
        active_customers,
        orders,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(cumulative_net_revenue as decimal(18, 4)) as cumulative_net_revenue,
        cast(cumulative_net_revenue / customers as decimal(18, 4)) as cumulative_net_revenue_per_customer
    from accumulated

)

select * from final
