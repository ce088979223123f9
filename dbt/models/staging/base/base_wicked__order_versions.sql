{{ config(materialized='table') }}

with

records as (

    select * from {{ superseded_with_timezone('orders') }}

),

parsed as (

    {{ parsed_orders('records', has_versions=true) }}

)

select * from parsed
