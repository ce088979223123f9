{{ config(materialized='view') }}

with

clicks as (

    select * from {{ beside('stg_wicked__clicks') }}

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
        clicks.contact_id,
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
        utms.channel,
        nullif(utms.source_name, '') as source_name
    from clicks
    left join accounts on clicks.account = accounts.account
    left join utms on {{ utm_id('clicks.account', 'clicks.utm_') }} = utms.utm_id

)

select * from final
