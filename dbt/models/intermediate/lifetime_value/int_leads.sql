with

contacts as (

    select * from {{ ref('contacts') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

leads as (

    select
        contacts.account,
        contacts.contact_id,
        coalesce(contacts.first_optin_at, contacts.created_at) as lead_at,
        {{ local_date('coalesce(contacts.first_optin_at, contacts.created_at)', 'coverage.timezone') }} as lead_date,
        cast(null as varchar) as channel,
        contacts.first_optin_source as source,
        contacts.first_optin_medium as medium,
        contacts.first_optin_campaign as campaign
    from contacts
    inner join coverage on contacts.account = coverage.account
    where coalesce(contacts.first_optin_at, contacts.created_at) is not null

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
        medium,
        campaign
    from leads

)

select * from final
