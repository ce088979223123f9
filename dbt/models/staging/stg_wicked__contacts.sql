with

current_contacts as (

    {{ current_contacts(ref('base_wicked__contacts')) }}

),

contacts as (

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
        has_clicks,
        partition_date,
        fetched_at
    from current_contacts

)

select * from contacts
