with

clicks as (

    select * from {{ ref('stg_wicked__clicks') }}

),

contacts as (

    select
        account,
        contact_id,
        count(*) as clicks
    from clicks
    where contact_id is not null
        and clicked_at is not null
    group by account, contact_id

),

numbered as (

    select
        *,
        row_number() over (order by account, contact_id) as contact_no
    from contacts

),

final as (

    select
        contact_no,
        account,
        contact_id,
        coalesce(
            sum(clicks) over (order by contact_no rows between unbounded preceding and 1 preceding), 0
        ) as clicks_before
    from numbered

)

select * from final
