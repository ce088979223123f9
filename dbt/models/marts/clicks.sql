with

clicks as (

    select * from {{ ref('stg_wicked__clicks') }}

),

final as (

    select
        account,
        click_key,
        contact_id,
        contact_source_id,
        clicked_at,
        email,
        is_first_click,
        is_first_optin,
        is_last_click,
        is_re_optin,
        source,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        wicked_id,
        wicked_source,
        tracking_url
    from clicks

)

select * from final
