with

leads as (

    select * from {{ ref('int_leads') }}

),

customers as (

    select * from {{ ref('int_customers') }}
    where cohort_month is not null

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
        account,
        cohort_month,
        channel,
        source,
        source_name,
        medium,
        campaign,
        count(*) as leads,
        list(contact_id) as contact_ids
    from leads
    group by all

),

members as (

    select
        cohort_no,
        account,
        cohort_month,
        unnest(contact_ids) as contact_id
    from cohorts

),

-- a customer whose contact has no lead date has no cohort
customer_cohorts as (

    select
        customers.customer_no,
        customers.account,
        customers.currency,
        customers.first_order_date,
        members.cohort_no,
        members.cohort_month
    from customers
    left join members
        on customers.account = members.account
        and customers.contact_id = members.contact_id

),

-- purchases from before the buyer became a lead count in month 0
converted as (

    select
        account,
        currency,
        cohort_no,
        greatest(datediff('month', cohort_month, first_order_date), 0) as months_since_lead,
        count(*) as new_customers
    from customer_cohorts
    group by all

),

money as (

    select
        customer_no,
        order_date,
        net_revenue
    from purchases
    union all
    select
        customer_no,
        order_date,
        net_revenue
    from adjustments

),

revenue as (

    select
        customer_cohorts.account,
        customer_cohorts.currency,
        customer_cohorts.cohort_no,
        greatest(datediff('month', customer_cohorts.cohort_month, money.order_date), 0) as months_since_lead,
        sum(money.net_revenue) as net_revenue
    from money
    inner join customer_cohorts on money.customer_no = customer_cohorts.customer_no
    group by all

),

currencies as (

    select distinct
        account,
        currency
    from customers

),

cohort_months as (

    select
        cohorts.* exclude (contact_ids),
        currencies.currency,
        unnest(range(
            0, greatest(datediff('month', cohorts.cohort_month, coverage.last_month), 0) + 1
        )) as months_since_lead
    from cohorts
    inner join currencies on cohorts.account = currencies.account
    inner join coverage on cohorts.account = coverage.account

),

filled as (

    select
        cohort_months.*,
        coalesce(revenue.net_revenue, 0) as net_revenue,
        sum(coalesce(revenue.net_revenue, 0)) over months_so_far as cumulative_net_revenue,
        sum(coalesce(converted.new_customers, 0)) over months_so_far as customers
    from cohort_months
    left join revenue
        on cohort_months.cohort_no = revenue.cohort_no
        and cohort_months.currency is not distinct from revenue.currency
        and cohort_months.months_since_lead = revenue.months_since_lead
    left join converted
        on cohort_months.cohort_no = converted.cohort_no
        and cohort_months.currency is not distinct from converted.currency
        and cohort_months.months_since_lead = converted.months_since_lead
    window months_so_far as (
        partition by cohort_months.cohort_no, cohort_months.currency order by cohort_months.months_since_lead
    )

),

without_cohort as (

    select
        revenue.account,
        revenue.currency,
        converted.new_customers as customers,
        revenue.net_revenue
    from revenue
    inner join converted
        on revenue.account = converted.account
        and revenue.currency is not distinct from converted.currency
    where revenue.cohort_no is null and converted.cohort_no is null

),

final as (

    select
        account,
        currency,
        cohort_month,
        channel,
        source,
        source_name,
        medium,
        campaign,
        months_since_lead,
        leads,
        cast(customers as bigint) as customers,
        customers / leads as conversion_rate,
        {{ wide_money('net_revenue') }} as net_revenue,
        {{ wide_money('cumulative_net_revenue') }} as cumulative_net_revenue,
        {{ wide_money('cumulative_net_revenue / leads') }} as cumulative_net_revenue_per_lead
    from filled
    union all
    select
        account,
        currency,
        null as cohort_month,
        null as channel,
        null as source,
        null as source_name,
        null as medium,
        null as campaign,
        null as months_since_lead,
        null as leads,
        customers,
        null as conversion_rate,
        {{ wide_money('net_revenue') }} as net_revenue,
        null as cumulative_net_revenue,
        null as cumulative_net_revenue_per_lead
    from without_cohort

)

select * from final
