{{ config(materialized='view') }}

with

contacts as (

    select * from {{ beside('stg_wicked__contacts') }}

),

accounts as (

    select * from {{ beside('stg_wicked__accounts') }}

),

final as (

    select
        contacts.account,
        contacts.contact_id,
        contacts.source_id,
        contacts.source_system,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        contacts.ltv,
        {{ plausible('contacts.created_at') }} as created_at,
        {{ plausible_touchpoint('contacts', 'first_click') }},
        {{ plausible_touchpoint('contacts', 'first_optin') }},
        {{ plausible_touchpoint('contacts', 're_optin') }},
        contacts.wicked_url,
        contacts.has_clicks
    from contacts
    left join accounts on contacts.account = accounts.account

)

select * from final
