{#
    Dates that the API wrote and nobody can read: null in staging. One row per account and endpoint.
    Where a record has no date at all, none is missed here.
#}
{{ config(severity = 'warn') }}

with

contacts as (

    select
        staged.account,
        'contacts' as endpoint,
        raw_records.record ->> '$.createDate' as written
    from {{ ref('stg_wicked__contacts') }} as staged
    inner join {{ source('wicked', 'contacts') }} as raw_records
        on staged.account = raw_records.account
        and staged.contact_id = (raw_records.record ->> '$.id')
        and staged.fetched_at = raw_records.fetched_at
    where staged.created_at is null

),

orders as (

    select
        account,
        'orders' as endpoint,
        'a date' as written -- the specification's schema requires one of every order
    from {{ ref('stg_wicked__orders') }}
    where ordered_at is null

),

clicks as (

    select
        account,
        'clicks' as endpoint,
        'a date' as written -- as of every order
    from {{ ref('stg_wicked__clicks') }}
    where clicked_at is null

),

unread as (

    select * from contacts
    union all
    select * from orders
    union all
    select * from clicks

)

select
    account,
    endpoint,
    count(*) as records
from unread
where written not in ('', 'null')
group by account, endpoint
