{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

purchases as (

    select * from {{ ref('orders') }}
    where is_purchase
        and contact_id is not null
        and ordered_at is not null

),

beside as (

    select
        *,
        lag(order_key) over sales as previous_key,
        lag(source_system) over sales as previous_system,
        lag(ordered_at) over sales as previous_at
    from purchases
    window sales as (partition by account, contact_id, currency, gross_revenue order by ordered_at, order_key)

)

select
    account,
    count(*) as sales,
    {{ examples("previous_key || ' and ' || order_key") }} as examples
from beside
where source_system <> previous_system
    and ordered_at - previous_at <= interval 1 minute
group by account
