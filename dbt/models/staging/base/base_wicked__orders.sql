{{ config(pre_hook=["{{ forget_changed_days('orders') }}", "{{ follow_readings('orders') }}"]) }}

with

records as (

    select * from {{ raw_with_timezone('orders') }}
    where {{ is_missing_day() }}

),

parsed as (

    {{ parsed_orders('records') }}

)

select * from parsed
