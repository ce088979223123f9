{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__orders'}}}) }}

with

orders as (

    select
        account,
        'orders' as carried_by,
        currency,
        order_id as example
    from {{ ref('stg_wicked__orders') }}

),

spend as (

    select
        account,
        'spend' as carried_by,
        currency,
        cast(date as varchar) as example
    from {{ ref('stg_wicked__ad_spend') }}

),

carried as (

    select * from orders
    union all
    select * from spend

),

currencies as (

    select * from {{ ref('currencies') }}

),

totals as (

    select
        account,
        carried_by,
        count(*) as records
    from carried
    group by account, carried_by

)

select
    carried.account,
    carried.carried_by,
    carried.currency,
    count(*) as records,
    {{ examples('carried.example') }} as examples
from carried
inner join totals
    on carried.account = totals.account
    and carried.carried_by = totals.carried_by
anti join currencies on carried.currency = currencies.currency
group by carried.account, carried.carried_by, carried.currency
having carried.currency is not null or count(*) > any_value(totals.records) / 100
