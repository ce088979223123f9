with

clicks as (

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

of_unknown as (

    select
        clicks.account,
        clicks.click_key,
        clicks.contact_id as named_contact_id,
        clicks.clicked_at,
        {{ comparable_email('clicks.email') }} as email
    from clicks
    inner join unknown
        on clicks.account = unknown.account
        and clicks.contact_id is not distinct from unknown.contact_id

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
