with

accounts as (

    select * from {{ ref('base_wicked__accounts') }}

),

final as (

    select
        account,
        timezone,
        earliest_plausible_at,
        latest_plausible_at
    from accounts

)

select * from final
