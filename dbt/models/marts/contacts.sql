{{ config(materialized='view') }}

with

contacts as (

    select * from {{ beside('stg_wicked__contacts') }}

),

final as (

    select
        account,
        contact_id,
        source_id,
        source_system,
        email,
        first_name,
        last_name,
        ltv,
        created_at,
        {{ touchpoint_column_names('first_click') }},
        {{ touchpoint_column_names('first_optin') }},
        {{ touchpoint_column_names('re_optin') }},
        wicked_url,
        has_clicks
    from contacts

)

select * from final
