with

clicks as (

    select * from {{ ref('stg_wicked__clicks') }}

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

contacts as (

    select
        clicks.account,
        clicks.contact_id,
        count(*) as clicks
    from clicks
    left join accounts on clicks.account = accounts.account
    where clicks.contact_id is not null
        and {{ plausible('clicks.clicked_at') }} is not null
    group by clicks.account, clicks.contact_id

),

numbered as (

    select
        *,
        row_number() over (order by account, contact_id) as contact_no
    from contacts

),

final as (

    select
        numbered.contact_no,
        numbered.account,
        numbered.contact_id,
        coalesce(
            sum(numbered.clicks) over (order by numbered.contact_no rows between unbounded preceding and 1 preceding), 0
        ) as clicks_before,
        -- beside the contact, which clicks are joined to anyhow
        accounts.earliest_plausible_at,
        accounts.latest_plausible_at
    from numbered
    left join accounts on numbered.account = accounts.account

)

select * from final
