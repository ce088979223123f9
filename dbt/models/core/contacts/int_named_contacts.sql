with

clicks as (

    select * from {{ ref('stg_wicked__clicks') }}

),

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

named as (

    select
        clicks.account,
        clicks.contact_id,
        count({{ plausible('clicks.clicked_at') }}) as clicks
    from clicks
    left join accounts on clicks.account = accounts.account
    group by clicks.account, clicks.contact_id

),

final as (

    select
        named.account,
        named.contact_id,
        named.clicks,
        contacts.contact_id is not null as is_known
    from named
    left join contacts
        on named.account = contacts.account
        and named.contact_id = contacts.contact_id

)

select * from final
