with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

-- a load of an older version has no span, so its days stand for it
loads as (

    select
        loads.* replace (
            coalesce(
                loads.covers_from, {{ utc_time('cast(loads.window_from as timestamp)', 'accounts.timezone') }}
            ) as covers_from,
            coalesce(
                loads.covers_to,
                {{ utc_time('cast(loads.window_to + interval 1 day as timestamp)', 'accounts.timezone') }}
            ) as covers_to
        ),
        accounts.timezone
    from {{ ref('stg_wicked__loads') }} as loads
    inner join accounts on loads.account = accounts.account

),

-- spans that touch or overlap are one
begun as (

    select
        *,
        covers_from > max(covers_to) over (
            partition by account, endpoint
            order by covers_from, covers_to
            rows between unbounded preceding and 1 preceding
        ) as begins_anew
    from loads

),

numbered as (

    select
        *,
        count(*) filter (where begins_anew) over (
            partition by account, endpoint
            order by covers_from, covers_to
            rows unbounded preceding
        ) as span_number
    from begun

),

spans as (

    select
        account,
        endpoint,
        any_value(timezone) as timezone,
        min(covers_from) as covers_from,
        max(covers_to) as covers_to
    from numbered
    group by account, endpoint, span_number

),

touched as (

    select
        *,
        cast(
            unnest(generate_series(
                cast({{ local_time('covers_from', 'timezone') }} as date),
                cast({{ local_time("covers_to", 'timezone') }} as date),
                interval 1 day
            )) as date
        ) as day
    from spans

),

bounded as (

    select
        *,
        {{ utc_time('cast(day as timestamp)', 'timezone') }} as begins_at,
        {{ utc_time('cast(day + interval 1 day as timestamp)', 'timezone') }} as ends_at
    from touched

),

whole_days as (

    select
        account,
        endpoint,
        day,
        begins_at,
        ends_at
    from bounded
    where begins_at >= covers_from
        and ends_at <= covers_to
        and begins_at < ends_at

),

parts as (

    select
        loads.account,
        loads.endpoint,
        loads.fetched_at,
        loads.fetched_on,
        loads.is_settled,
        loads.is_whole,
        whole_days.day,
        whole_days.begins_at,
        whole_days.ends_at,
        greatest(loads.covers_from, whole_days.begins_at) as part_from,
        least(loads.covers_to, whole_days.ends_at) as part_to,
        loads.load_id
    from whole_days
    inner join loads
        on whole_days.account = loads.account
        and whole_days.endpoint = loads.endpoint
        and whole_days.begins_at < loads.covers_to
        and whole_days.ends_at > loads.covers_from

),

-- how far newer loads cover the day from its begin, and from which instant to its end
ranked as (

    select
        *,
        max(part_to) filter (where part_from = begins_at) over newer as newer_until,
        min(part_from) filter (where part_to = ends_at) over newer as newer_from
    from parts
    window newer as (
        partition by account, endpoint, day
        order by fetched_at desc, load_id desc
        rows between unbounded preceding and 1 preceding
    )

),

-- two windows may share a day, so several loads may answer for it
answering as (

    select * from ranked
    where not coalesce(newer_until >= newer_from, false)
        and not coalesce(part_to <= newer_until, false)
        and not coalesce(part_from >= newer_from, false)

),

final as (

    select
        account,
        endpoint,
        day,
        min(fetched_at) as read_at,
        min(fetched_on) as read_on,
        bool_and(is_settled) as is_settled,
        bool_and(is_whole) as is_whole
    from answering
    group by account, endpoint, day

)

select * from final
