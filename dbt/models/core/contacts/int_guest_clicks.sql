with

clicks as not materialized (

    select * from {{ ref('stg_wicked__clicks') }}

),

-- few contacts are unknown; the others' clicks need not be read
unknown as (

    select * from {{ ref('int_named_contacts') }}
    where not is_known

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

emails as (

    select * from {{ ref('int_contact_emails') }}

),

-- clicks without an id apart: a join by equality skips other contacts' e-mails, one that also pairs nulls reads them all
unknown_clicks as (

    select clicks.*
    from clicks
    inner join unknown
        on clicks.account = unknown.account
        and clicks.contact_id = unknown.contact_id
    union all
    select * from clicks
    where contact_id is null

),

of_unknown as (

    select
        account,
        click_key,
        contact_id as named_contact_id,
        clicked_at,
        {{ comparable_email('email') }} as email
    from unknown_clicks

),

final as (

    select
        of_unknown.account,
        of_unknown.click_key,
        of_unknown.named_contact_id,
        emails.contact_id,
        coalesce(emails.contacts, 0) as contacts,
        {{ plausible('of_unknown.clicked_at') }} is not null as is_dated
    from of_unknown
    left join accounts on of_unknown.account = accounts.account
    left join emails
        on of_unknown.account = emails.account
        and of_unknown.email = emails.email

)

select * from final
