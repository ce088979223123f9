{{ config(materialized='view') }}

with

utms as (

    select
        utm_key,
        normalised_key
    from {{ beside('int_utms') }}

),

click_sums as (

    select
        by_utm.*,
        utms.normalised_key
    from {{ beside('int_click_attribution') }} as by_utm
    left join utms on by_utm.utm_key = utms.utm_key

),

touchpoint_sums as (

    select
        by_utm.*,
        utms.normalised_key
    from {{ beside('int_touchpoint_attribution') }} as by_utm
    left join utms on by_utm.utm_key = utms.utm_key

),

-- summed before they become rows of models, of which there are many more
clicks as (

    {{ coarser_sums_by_model('click', 'normalised_key', 'click_sums') }}

),

touchpoints as (

    {{ coarser_sums_by_model('touchpoint', 'normalised_key', 'touchpoint_sums') }}

),

final as (

    {{- sums_in_rows('normalised_key', ['net']) }}

)

select * from final
