with

named as (

    select * from {{ ref('int_named_contacts') }}

),

guests as (

    select * from {{ ref('int_guest_clicks') }}
    where contact_id is not null and is_dated

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

-- a guest's clicks belong to the contact, no longer to the id that they name
counted as (

    select account, contact_id, clicks from named
    union all
    select account, contact_id, 1 as clicks from guests
    union all
    select account, named_contact_id as contact_id, -1 as clicks from guests

),

contacts as (

    select
        account,
        contact_id,
        sum(clicks) as clicks
    from counted
    where contact_id is not null
    group by account, contact_id
    having sum(clicks) > 0

),

numbered as (

    select
        *,
        row_number() over (order by account, contact_id) as contact_no
    from contacts

),

final as (

    select
        numbered.contact_no,
        numbered.account,
        numbered.contact_id,
        cast(sum(numbered.clicks) over (order by numbered.contact_no) - numbered.clicks as bigint) as clicks_before,
        -- stored beside the contact, because clicks are joined to it anyway
        accounts.earliest_plausible_at,
        accounts.latest_plausible_at
    from numbered
    left join accounts on numbered.account = accounts.account

)

select * from final
