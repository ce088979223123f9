with

contacts as (

    select
        *,
        coalesce(first_optin_at, created_at) as lead_at
    from {{ ref('contacts') }}
    where coalesce(first_optin_at, created_at) is not null

),

utms as (

    select * from {{ ref('int_utms') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

utc_offsets as (

    {{ utc_offsets('contacts', 'lead_at', 'coverage') }}

),

leads as (

    select
        contacts.account,
        contacts.contact_id,
        contacts.lead_at,
        cast(contacts.lead_at + utc_offsets.utc_offset as date) as lead_date,
        utms.channel,
        contacts.first_optin_source as source,
        nullif(utms.source_name, '') as source_name,
        contacts.first_optin_medium as medium,
        contacts.first_optin_campaign as campaign
    from contacts
    inner join utc_offsets
        on contacts.account = utc_offsets.account
        and {{ quarter_hour('contacts.lead_at') }} = utc_offsets.quarter_hour
    -- an opt-in exists if any of its fields does; an opt-in without UTMs is direct; no opt-in means no channel
    left join utms
        -- one equality: with a second condition, on the contact alone, DuckDB compares every contact with every ad
        on case
            when contacts.first_optin_at is not null
                {%- for field in utm_fields() %}
                or contacts.first_optin_{{ field }} is not null
                {%- endfor %}
                then {{ utm_key('contacts.account', 'contacts.first_optin_') }}
        end = utms.utm_key

),

final as (

    select
        account,
        contact_id,
        lead_at,
        lead_date,
        cast(date_trunc('month', lead_date) as date) as cohort_month,
        channel,
        source,
        source_name,
        medium,
        campaign
    from leads

)

select * from final
