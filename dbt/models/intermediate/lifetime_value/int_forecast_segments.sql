with

customers as (

    select * from {{ ref('int_customers') }}
    where cohort_month is not null

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

markets as (

    select distinct
        account,
        currency
    from customers

),

days as (

    select
        account,
        newest_day,
        coalesce({{ forecast_as_of() }}, newest_day) as as_of_date,
        -- a back-test is calibrated on a day with landed days after it: the variable's, or a quarter before the newest
        -- day
        case
            when {{ forecast_as_of() }} < newest_day then {{ forecast_as_of() }}
            else newest_day - 91
        end as calibrated_on
    from coverage

),

samples as (

    select
        account,
        'forecast' as sample,
        as_of_date,
        cast(0 as integer) as holdout_days
    from days
    union all
    select
        account,
        'backtest' as sample,
        calibrated_on as as_of_date,
        cast(newest_day - calibrated_on as integer) as holdout_days
    from days

),

final as (

    select
        row_number() over () as segment_no,
        markets.account,
        markets.currency,
        samples.sample,
        samples.as_of_date,
        samples.holdout_days
    from markets
    inner join samples on markets.account = samples.account

)

select * from final
