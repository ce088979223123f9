{{ config(materialized='view') }}

with

clicks as (

    select * from {{ beside('stg_wicked__clicks') }}

),

guests as (

    select * from {{ beside('int_guest_clicks') }}

),

utms as (

    select * from {{ beside('int_utms') }}

),

accounts as (

    select * from {{ beside('stg_wicked__accounts') }}

),

final as (

    select
        clicks.account,
        clicks.click_key,
        coalesce(guests.contact_id, clicks.contact_id) as contact_id,
        case
            when guests.click_key is null then 'id'
            when guests.contact_id is not null then 'email'
        end as contact_matched_by,
        clicks.contact_source_id,
        {{ plausible('clicks.clicked_at') }} as clicked_at,
        clicks.email,
        clicks.is_first_click,
        clicks.is_first_optin,
        clicks.is_last_click,
        clicks.is_re_optin,
        clicks.source,
        clicks.utm_source,
        clicks.utm_medium,
        clicks.utm_campaign,
        clicks.utm_content,
        clicks.utm_term,
        clicks.wicked_id,
        clicks.wicked_source,
        clicks.tracking_url,
        clicks.touch_source,
        clicks.touch_medium,
        clicks.touch_campaign,
        clicks.touch_content,
        clicks.touch_term,
        clicks.utm_from,
        utms.channel,
        nullif(utms.source_name, '') as source_name
    from clicks
    left join guests
        on clicks.account = guests.account
        and clicks.click_key = guests.click_key
    left join accounts on clicks.account = accounts.account
    left join utms on {{ utm_key('clicks.account', 'clicks.touch_') }} = utms.utm_key

)

select * from final
