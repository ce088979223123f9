{%- set columns = {
    'account': 'varchar', 'endpoint': 'varchar', 'first_day': 'date', 'last_day': 'date', 'reason': 'varchar',
    'failed_at': 'timestamp', 'failed_on': 'date'
} -%}

with

ledger as (

    {{ rows_of_any_version(source('wicked_ledger', 'failures'), columns) }}

),

failures as (

    select
        {{ columns | join(',\n        ') }}
    from ledger

)

select * from failures
