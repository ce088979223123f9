{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'forecast_backtest'}}}) }}
{# A row for each account and currency whose back-test says that guessing would have done as well as BG/NBD. #}
with

beaten as (

    select
        account,
        currency,
        verdict
    from {{ ref('int_forecast_verdicts') }}
    where not beats_a_baseline

)

select * from beaten
