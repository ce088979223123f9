with

records as (

    select * from {{ ref('base_wicked__clicks') }}

),

-- the latest load of a click is the truth: what an older load says of it is left out
latest_loads as (

    select
        account,
        click_identity,
        count(*) as copies,
        arg_max(load_id, (fetched_at, load_id)) as load_id
    from records
    group by account, click_identity

),

repeated as (

    select
        records.*,
        row_number() over (
            partition by records.account, records.click_identity
            order by records.page, records.position
        ) as ordinal
    from records
    inner join latest_loads
        on records.account = latest_loads.account
        and records.click_identity = latest_loads.click_identity
        and records.load_id is not distinct from latest_loads.load_id
    where latest_loads.copies > 1

),

single as (

    select
        records.*,
        1 as ordinal
    from records
    inner join latest_loads
        on records.account = latest_loads.account
        and records.click_identity = latest_loads.click_identity
    where latest_loads.copies = 1

),

numbered as (

    select * from single
    union all
    select * from repeated

),

clicks as (

    select
        account,
        -- equal clicks in one second are two clicks
        click_identity || '-' || ordinal as click_key,
        contact_id,
        contact_source_id,
        clicked_at,
        email,
        is_first_click,
        is_first_optin,
        is_last_click,
        is_re_optin,
        source,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        wicked_id,
        wicked_source,
        tracking_url,
        partition_date,
        fetched_at
    from numbered

)

select * from clicks
