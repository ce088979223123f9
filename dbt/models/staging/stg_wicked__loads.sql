{%- set added = {
    'rejected': 'bigint', 'copies': 'bigint', 'cut': 'boolean', 'fetched_on': 'date',
    'covers_from': 'timestamp', 'covers_to': 'timestamp'
} -%}

with

ledger as (

    {{ rows_of_any_version(source('wicked_ledger', 'loads'), added) }}

),

loads as (

    select
        load_id,
        account,
        endpoint,
        window_from,
        window_to,
        coalesce(settled, true) as is_settled,
        -- a window that was cut short on purpose, or in which data moved, can't equal its total
        coalesce(
            not is_settled
            or coalesce(cut, false)
            or records + coalesce(rejected, 0) + coalesce(outside, 0) - coalesce(copies, 0) = total,
            true
        ) as is_whole,
        fetched_at,
        coalesce(fetched_on, cast(fetched_at as date)) as fetched_on,
        covers_from,
        covers_to
    from ledger

)

select * from loads
