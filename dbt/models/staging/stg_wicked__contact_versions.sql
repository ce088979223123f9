with

by_span as (

    {{ versions_by_span('contact_id', ref('base_wicked__contacts'), ref('base_wicked__contact_versions')) }}

),

contacts as (

    {{ current_contacts('by_span', 'account, contact_id, valid_from') }}

),

final as (

    select
        account,
        contact_id,
        ltv,
        valid_from,
        valid_to
    from contacts

)

select * from final
