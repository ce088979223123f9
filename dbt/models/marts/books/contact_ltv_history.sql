with

contacts as not materialized (

    select
        account,
        contact_id,
        ltv as value,
        valid_from,
        valid_to
    from {{ ref('stg_wicked__contact_versions') }}

),

final as (

    {{ changes_of('contacts', ['account', 'contact_id'], ['value']) }}

)

select * from final
