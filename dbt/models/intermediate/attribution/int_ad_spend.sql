{{ config(materialized='view') }}

with

ad_spend as (

    select
        *,
        cast(null as varchar) as term -- which spend never has; an ad's UTMs are five all the same
    from {{ beside('stg_wicked__ad_spend') }}

),

final as (

    select
        account,
        date,
        currency,
        spend,
        {{ utm_id('account') }} as utm_id
    from ad_spend

)

select * from final
