{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'cohort_payback'}}}) }}
with

payback as (

    select * from {{ ref('cohort_payback') }}
    where spend is not null and customers > 0

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

measured as (

    select
        payback.account,
        payback.cohort_month,
        payback.channel,
        payback.currency,
        payback.customers,
        payback.customers_without_spend,
        payback.spend_days,
        least(
            cast(payback.cohort_month + interval 1 month as date) - payback.cohort_month,
            coverage.last_day_covered - payback.cohort_month + 1
        ) as days
    from payback
    inner join coverage on payback.account = coverage.account

),

uncovered as (

    select * from measured
    where spend_days < days or customers_without_spend > 0

)

select * from uncovered
