{{ config(pre_hook=["{{ forget_changed_days('contacts') }}", "{{ follow_readings('contacts') }}"]) }}

with

records as (

    select * from {{ raw_with_timezone('contacts') }}
    where {{ is_missing_day() }}

),

parsed as (

    {{ parsed_contacts('records') }}

)

select * from parsed
