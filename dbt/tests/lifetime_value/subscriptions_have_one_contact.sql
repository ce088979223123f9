{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

orders as (

    select * from ({{ subscription_orders(ref('orders')) }})
    where contact_id is not null

),

several as (

    select
        account,
        source_system,
        subscription_id
    from orders
    group by account, source_system, subscription_id
    having min(contact_id) <> max(contact_id)

)

select
    account,
    source_system,
    count(*) as subscriptions,
    {{ examples('subscription_id') }} as examples
from several
group by account, source_system
