{{ config(materialized='table') }}

with

records as (

    select * from {{ superseded_with_timezone('contacts') }}

),

parsed as (

    {{ parsed_contacts('records', has_versions=true) }}

)

select * from parsed
