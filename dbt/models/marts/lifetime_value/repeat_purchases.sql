with

customers as (

    select * from {{ ref('int_customers') }}
    where cohort_month is not null

),

purchases as (

    select * from {{ ref('int_customer_purchases') }}

),

numbered as (

    select
        customers.account,
        customers.currency,
        customers.cohort_month,
        purchases.order_number,
        count(*) as customers,
        median(purchases.days_since_previous) as median_days_since_previous
    from purchases
    inner join customers on purchases.customer_no = customers.customer_no
    group by all

),

-- everybody in a cohort has a first purchase
compared as (

    select
        *,
        max(customers) over (partition by account, currency, cohort_month) as cohort_customers
    from numbered

),

final as (

    select
        account,
        currency,
        cohort_month,
        order_number,
        customers,
        cohort_customers,
        customers / cohort_customers as share,
        median_days_since_previous
    from compared

)

select * from final
