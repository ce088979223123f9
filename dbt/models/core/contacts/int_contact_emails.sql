with

contacts as (

    select
        account,
        contact_id,
        {{ comparable_email('email') }} as email
    from {{ ref('stg_wicked__contacts') }}

),

final as (

    select
        account,
        email,
        count(*) as contacts,
        -- if several contacts have one address, the contact is ambiguous
        case when count(*) = 1 then any_value(contact_id) end as contact_id
    from contacts
    where email is not null
    group by account, email

)

select * from final
