{#
    Clicks and orders join contacts by the contact's id. The specification's sample of a click names another id there
    than its link does, so of those whose contact is unknown this counts the ones that the source id would join.
    One row per account and endpoint where there are any.
#}
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__contacts'}}}) }}

with

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

named as (

    select
        account,
        'clicks' as endpoint,
        contact_id,
        contact_source_id
    from {{ ref('stg_wicked__clicks') }}
    union all
    select
        account,
        'orders' as endpoint,
        contact_id,
        contact_source_id
    from {{ ref('stg_wicked__orders') }}

),

unknown as (

    select named.* from named
    anti join contacts
        on named.account = contacts.account
        and named.contact_id = contacts.contact_id

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
