{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'base_wicked__orders'}}}) }}

with

records as (

    select account, 'contacts' as endpoint, unreadable_values from {{ ref('base_wicked__contacts') }}
    union all
    select account, 'clicks' as endpoint, unreadable_values from {{ ref('base_wicked__clicks') }}
    union all
    select account, 'orders' as endpoint, unreadable_values from {{ ref('base_wicked__orders') }}

)

select
    account,
    endpoint,
    count(*) as records
from records
where unreadable_values > 0
group by account, endpoint
