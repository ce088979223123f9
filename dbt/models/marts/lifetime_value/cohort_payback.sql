with

cohorts as not materialized (

    select * from {{ ref('ltv_cohorts_by_acquisition') }}

),

spend as not materialized (

    select * from {{ ref('int_ad_spend') }}

),

spend_days as not materialized (

    select * from {{ ref('int_spend_days') }}

),

utms as not materialized (

    select * from {{ ref('int_utms') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

lines as (

    select
        spend.account,
        spend.currency,
        cast(date_trunc('month', spend.date) as date) as cohort_month,
        utms.channel,
        sum(spend.spend) as spend
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    group by all

),

paid_sources as (

    select
        spend.account,
        spend.ad_account,
        spend.currency,
        utms.source_name,
        utms.channel
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    group by all

),

known_days as (

    select
        paid_sources.account,
        paid_sources.currency,
        paid_sources.channel,
        paid_sources.source_name,
        cast(date_trunc('month', spend_days.date) as date) as cohort_month,
        spend_days.date
    from paid_sources
    inner join spend_days
        on paid_sources.account = spend_days.account
        and paid_sources.ad_account is not distinct from spend_days.ad_account
        and paid_sources.currency = spend_days.currency
        and paid_sources.source_name = spend_days.source_name

),

known_months as (

    select
        account,
        currency,
        channel,
        cohort_month,
        count(distinct date) as spend_days
    from known_days
    group by account, currency, channel, cohort_month

),

-- a covered month without a line of the channel cost nothing
spent as (

    select
        known_months.account,
        known_months.currency,
        known_months.cohort_month,
        known_months.channel,
        known_months.spend_days,
        coalesce(lines.spend, 0) as spend,
        lines.spend is not null as has_lines
    from known_months
    left join lines
        on known_months.account = lines.account
        and known_months.currency = lines.currency
        and known_months.cohort_month = lines.cohort_month
        and known_months.channel = lines.channel

),

known_sources as (

    select distinct
        account,
        currency,
        channel,
        source_name,
        cohort_month
    from known_days

),

-- customers from sources with unknown spend, in channels whose spend is known for other sources
unpaid as (

    select
        cohorts.account,
        cohorts.currency,
        cohorts.cohort_month,
        cohorts.channel,
        sum(cohorts.customers) as customers
    from cohorts
    anti join known_sources
        on cohorts.account = known_sources.account
        and cohorts.currency = known_sources.currency
        and cohorts.cohort_month = known_sources.cohort_month
        and cohorts.channel = known_sources.channel
        and coalesce(cohorts.source_name, '') = known_sources.source_name
    where cohorts.months_since_first_order = 0
    group by cohorts.account, cohorts.currency, cohorts.cohort_month, cohorts.channel

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

-- spend that acquired nobody has a row too, and earned nothing
compared as (

    select
        coalesce(earned.account, spent.account) as account,
        coalesce(earned.currency, spent.currency) as currency,
        coalesce(earned.cohort_month, spent.cohort_month) as cohort_month,
        coalesce(earned.channel, spent.channel) as channel,
        spent.spend,
        coalesce(spent.spend_days, 0) as spend_days,
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
    where earned.account is not null or spent.has_lines

),

final as (

    select
        compared.account,
        compared.currency,
        compared.cohort_month,
        compared.channel,
        {{ wide_money('compared.spend') }} as spend,
        cast(compared.spend_days as bigint) as spend_days,
        cast(compared.customers as bigint) as customers,
        cast(coalesce(unpaid.customers, 0) as bigint) as customers_without_spend,
        case
            when compared.spend >= 0 then {{ wide_money('compared.spend / nullif(compared.customers, 0)') }}
        end as cac,
        compared.payback_month
        {%- for months in [3, 6, 12] %},
        case
            when {{ is_complete_month('compared.cohort_month', months - 1, 'coverage.last_day_covered') }}
                then {{ wide_money('compared.net_revenue_' ~ months ~ 'm') }}
        end as net_revenue_{{ months }}m,
        case
            when compared.spend > 0
                and {{ is_complete_month('compared.cohort_month', months - 1, 'coverage.last_day_covered') }}
                then cast(compared.net_revenue_{{ months }}m / compared.spend as double)
        end as ltv_to_cac_{{ months }}m
        {%- endfor %}
    from compared
    left join coverage on compared.account = coverage.account
    left join unpaid
        on compared.account = unpaid.account
        and compared.currency is not distinct from unpaid.currency
        and compared.cohort_month = unpaid.cohort_month
        and compared.channel is not distinct from unpaid.channel

)

select * from final
