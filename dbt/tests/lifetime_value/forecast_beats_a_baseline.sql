{{ config(severity='warn') }}
{# A row for each account and currency whose back-test says that guessing would have done as well as BG/NBD. #}
with

errors as (

    select
        account,
        currency,
        method,
        sum(mean_absolute_error * customers) / sum(customers) as mean_absolute_error
    from {{ ref('forecast_backtest') }}
    group by account, currency, method

),

compared as (

    select
        account,
        currency,
        max(mean_absolute_error) filter (where method = 'bg_nbd') as bg_nbd,
        max(mean_absolute_error) filter (where method = 'last_period') as last_period,
        max(mean_absolute_error) filter (where method = 'cohort_mean') as cohort_mean
    from errors
    group by account, currency

),

beaten as (

    select
        *,
        'the forecast beats neither the last period repeated nor the cohort''s mean' as reason
    from compared
    where bg_nbd >= last_period and bg_nbd >= cohort_mean

)

select * from beaten
