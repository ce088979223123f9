{{ config(materialized='view') }}

with

clicks as not materialized (

    select * from {{ beside('int_click_attribution') }}

),

touchpoints as not materialized (

    select * from {{ beside('int_touchpoint_attribution') }}

),

final as (

    {{- sums_in_rows('utm_key', ['gross', 'net']) }}

)

select * from final
