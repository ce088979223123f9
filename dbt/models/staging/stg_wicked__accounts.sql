with

accounts as (

    select * from {{ ref('base_wicked__accounts') }}

),

final as (

    select
        account,
        timezone,
        refund_semantics,
        tracking_began as tracking_began_at,
        vendor_last_click_lookback_days,
        subscription_grace_days,
        start_date,
        lookback_days,
        earliest_plausible_at,
        latest_plausible_at
    from accounts

)

select * from final
