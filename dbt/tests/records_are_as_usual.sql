{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'data_health'}}}) }}

with

days as (

    select * from {{ ref('data_health') }}

),

newest as (

    select
        *,
        max(day) filter (where last_fetched_at is not null) over (partition by account) as newest_day
    from days

)

select
    account,
    endpoint,
    day,
    records,
    expected,
    least_usual,
    most_usual
from newest
where day > newest_day - 14
    and (records < least_usual or records > most_usual)
