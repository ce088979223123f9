with

cohorts as (

    select * from {{ ref('ltv_cohorts_by_acquisition') }}

),

spend as (

    select * from {{ ref('int_ad_spend') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

spent as (

    select
        spend.account,
        spend.currency,
        cast(date_trunc('month', spend.date) as date) as cohort_month,
        utms.channel,
        sum(spend.spend) as spend
    from spend
    inner join utms on spend.utm_id = utms.utm_id
    group by all

),

channel_months as (

    select
        account,
        currency,
        cohort_month,
        channel,
        months_since_first_order,
        sum(customers) as customers,
        sum(cumulative_net_revenue) as cumulative_net_revenue
    from cohorts
    group by account, currency, cohort_month, channel, months_since_first_order

),

earned as (

    select
        channel_months.account,
        channel_months.currency,
        channel_months.cohort_month,
        channel_months.channel,
        any_value(channel_months.customers) as customers,
        min(channel_months.months_since_first_order) filter (
            where channel_months.cumulative_net_revenue >= spent.spend
        ) as payback_month
        {%- for months in [3, 6, 12] %},
        any_value(channel_months.cumulative_net_revenue) filter (
            where channel_months.months_since_first_order = {{ months - 1 }}
        ) as net_revenue_{{ months }}m
        {%- endfor %}
    from channel_months
    left join spent
        on channel_months.account = spent.account
        and channel_months.currency is not distinct from spent.currency
        and channel_months.cohort_month = spent.cohort_month
        and channel_months.channel = spent.channel
    group by channel_months.account, channel_months.currency, channel_months.cohort_month, channel_months.channel

),

-- spend that brought nobody has its row too, and has earned nothing
compared as (

    select
        coalesce(earned.account, spent.account) as account,
        coalesce(earned.currency, spent.currency) as currency,
        coalesce(earned.cohort_month, spent.cohort_month) as cohort_month,
        coalesce(earned.channel, spent.channel) as channel,
        spent.spend,
        coalesce(earned.customers, 0) as customers,
        earned.payback_month
        {%- for months in [3, 6, 12] %},
        coalesce(earned.net_revenue_{{ months }}m, 0) as net_revenue_{{ months }}m
        {%- endfor %}
    from earned
    full join spent
        on earned.account = spent.account
        and earned.currency is not distinct from spent.currency
        and earned.cohort_month = spent.cohort_month
        and earned.channel = spent.channel

),

final as (

    select
        compared.account,
        compared.currency,
        compared.cohort_month,
        compared.channel,
        cast(compared.spend as decimal(18, 4)) as spend,
        cast(compared.customers as bigint) as customers,
        cast(compared.spend / nullif(compared.customers, 0) as decimal(18, 4)) as cac,
        compared.payback_month
        {%- for months in [3, 6, 12] %},
        case
            when {{ is_complete_month('compared.cohort_month', months - 1, 'coverage.last_day_covered') }}
                then cast(compared.net_revenue_{{ months }}m / nullif(compared.spend, 0) as double)
        end as ltv_to_cac_{{ months }}m
        {%- endfor %}
    from compared
    left join coverage on compared.account = coverage.account

)

select * from final
