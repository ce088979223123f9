{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__contacts'}}}) }}

with

guests as (

    select
        guests.account,
        'orders' as endpoint,
        {{ comparable_email('orders.contact_email') }} as email
    from {{ ref('int_guest_orders') }} as guests
    inner join {{ ref('stg_wicked__orders') }} as orders
        on guests.account = orders.account
        and guests.order_key = orders.order_key
    where guests.contacts > 1
    union all
    select
        guests.account,
        'clicks' as endpoint,
        {{ comparable_email('clicks.email') }} as email
    from {{ ref('int_guest_clicks') }} as guests
    inner join {{ ref('stg_wicked__clicks') }} as clicks
        on guests.account = clicks.account
        and guests.click_key = clicks.click_key
    where guests.contacts > 1

),

contacts as (

    select
        account,
        contact_id,
        {{ comparable_email('email') }} as email
    from {{ ref('stg_wicked__contacts') }}

),

counted as (

    select
        account,
        endpoint,
        email,
        count(*) as records
    from guests
    group by account, endpoint, email

),

sharing as (

    select
        account,
        email,
        {{ examples('contact_id') }} as contact_ids
    from contacts
    where email is not null
    group by account, email
    having count(*) > 1

)

select
    counted.account,
    counted.endpoint,
    sum(counted.records) as records,
    {{ examples('sharing.contact_ids') }} as examples
from counted
inner join sharing
    on counted.account = sharing.account
    and counted.email = sharing.email
group by counted.account, counted.endpoint
