{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

orders as (

    select * from {{ ref('orders') }}
    where order_date is not null
        and currency is not null

),

accounts as (

    select
        account,
        min(order_date) as first_date,
        max(order_date) as last_date
    from orders
    group by account

),

currencies as (

    select
        account,
        currency,
        min(order_date) as first_date,
        count(*) as orders,
        {{ examples('order_id') }} as examples
    from orders
    group by account, currency

)

select currencies.*
from currencies
inner join accounts on currencies.account = accounts.account
where currencies.first_date > accounts.last_date - 14
    and currencies.first_date > accounts.first_date + 28
