with

loads as (

    select
        load_id,
        account,
        endpoint,
        window_from,
        window_to,
        coalesce(settled, true) as is_settled,
        fetched_at
    from {{ source('wicked_ledger', 'loads') }}

)

select * from loads
