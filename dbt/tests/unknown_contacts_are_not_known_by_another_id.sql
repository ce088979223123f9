{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__contacts'}}}) }}

with

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

unknown as (

    select
        clicks.account,
        'clicks' as endpoint,
        clicks.contact_id,
        clicks.contact_source_id
    from {{ ref('stg_wicked__clicks') }} as clicks
    inner join {{ ref('int_guest_clicks') }} as guests
        on clicks.account = guests.account
        and clicks.click_key = guests.click_key
    where guests.contact_id is null
    union all
    select
        orders.account,
        'orders' as endpoint,
        orders.contact_id,
        orders.contact_source_id
    from {{ ref('stg_wicked__orders') }} as orders
    inner join {{ ref('int_guest_orders') }} as guests
        on orders.account = guests.account
        and orders.order_key = guests.order_key
    where guests.contact_id is null

),

joinable as (

    select * from unknown
    where (account, contact_source_id) in (select (account, source_id) from contacts)
        or (account, contact_id) in (select (account, source_id) from contacts)

)

select
    account,
    endpoint,
    count(*) as records
from joinable
group by account, endpoint
