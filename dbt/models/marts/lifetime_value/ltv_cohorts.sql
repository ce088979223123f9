with

cohorts_by_acquisition as (

    select * from {{ ref('ltv_cohorts_by_acquisition') }}

),

-- a customer was acquired once, so customers add up over acquisitions
added_up as (

    select
        account,
        currency,
        cohort_month,
        months_since_first_order,
        sum(customers) as customers,
        sum(active_customers) as active_customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(cumulative_net_revenue) as cumulative_net_revenue,
        bool_and(is_complete) as is_complete
    from cohorts_by_acquisition
    group by account, currency, cohort_month, months_since_first_order

),

final as (

    select
        account,
        currency,
        cohort_month,
        months_since_first_order,
        cast(customers as bigint) as customers,
        cast(active_customers as bigint) as active_customers,
        cast(orders as bigint) as orders,
        {{ wide_money('net_revenue') }} as net_revenue,
        {{ wide_money('cumulative_net_revenue') }} as cumulative_net_revenue,
        {{ wide_money('cumulative_net_revenue / customers') }} as cumulative_net_revenue_per_customer,
        is_complete
    from added_up

)

select * from final
