{{ config(materialized='view') }}

with

clicks as (

    select * from {{ beside('stg_wicked__clicks') }}

),

guests as (

    select * from {{ beside('int_guest_clicks') }}
    where contact_id is not null

),

final as (

    select clicks.* replace (coalesce(guests.contact_id, clicks.contact_id) as contact_id)
    from clicks
    left join guests
        on clicks.account = guests.account
        and clicks.click_key = guests.click_key

)

select * from final
