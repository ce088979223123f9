{#
    Currencies that the seed `currencies` doesn't list, and orders that name none. Money is never added over currencies,
    so a misspelt one makes customers and cohorts of its own. Mend it where it is written, or add a line to the seed.
    One row per account and currency, with the first ids or days that carry it.
#}
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

)

select
    carried.account,
    carried.carried_by,
    carried.currency,
    count(*) as records,
    {{ examples('carried.example') }} as examples
from carried
anti join currencies on carried.currency = currencies.currency
group by carried.account, carried.carried_by, carried.currency
