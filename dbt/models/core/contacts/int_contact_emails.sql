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
        -- of several contacts with one address nobody knows which is meant
        case when count(*) = 1 then any_value(contact_id) end as contact_id
    from contacts
    where email is not null
    group by account, email

)

select * from final
