with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

landed_days as not materialized (

    select * from {{ ref('int_landed_days') }}

),

usual_records as (

    select * from {{ ref('int_usual_records') }}

),

failures as not materialized (

    select * from {{ ref('stg_wicked__failures') }}

),

-- the clock is the landed data's, so that a build can be repeated: the last date on which a run read or tried to
tries as (

    select
        account,
        fetched_on as tried_on
    from {{ ref('stg_wicked__loads') }}
    union all
    select
        account,
        failed_on as tried_on
    from failures

),

clocks as (

    select
        account,
        max(tried_on) as today
    from tries
    group by account

),

began as (

    select
        account,
        min(day) as first_day
    from landed_days
    group by account

),

calendar as (

    select
        accounts.account,
        accounts.timezone,
        accounts.lookback_days,
        clocks.today,
        endpoints.endpoint,
        cast(
            unnest(generate_series(
                cast(coalesce(accounts.start_date, began.first_day, clocks.today) as timestamp),
                cast(clocks.today - 1 as timestamp),
                interval 1 day
            )) as date
        ) as day
    from accounts
    inner join clocks on accounts.account = clocks.account
    left join began on accounts.account = began.account
    cross join (values ('contacts'), ('clicks'), ('orders')) as endpoints (endpoint)

),

failed_days as (

    select
        account,
        endpoint,
        day,
        max(failed_at) as failed_at,
        max(failed_on) as failed_on,
        arg_max(reason, failed_at) as reason
    from (
        select
            *,
            cast(
                unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day))
                as date
            ) as day
        from failures
    )
    group by account, endpoint, day

),

-- contacts and orders change at any age (lifetime value, refunds), clicks only while they are young
known as (

    select
        calendar.*,
        landed_days.read_at,
        landed_days.read_on,
        landed_days.is_settled,
        landed_days.is_whole,
        landed_days.read_on >= calendar.day + calendar.lookback_days as is_final,
        case
            when failed_days.failed_on is null then false
            when landed_days.read_on is null or failed_days.failed_on > landed_days.read_on then true
            else failed_days.failed_on = landed_days.read_on and failed_days.failed_at > landed_days.read_at
        end as has_failed_since,
        failed_days.reason as failure,
        case
            when landed_days.read_on is null then calendar.day + 1
            when not landed_days.is_settled or not landed_days.is_whole then landed_days.read_on
            when not is_final or calendar.endpoint <> 'clicks' then landed_days.read_on + 1
        end as due_on
    from calendar
    left join landed_days
        on calendar.account = landed_days.account
        and calendar.endpoint = landed_days.endpoint
        and calendar.day = landed_days.day
    left join failed_days
        on calendar.account = failed_days.account
        and calendar.endpoint = failed_days.endpoint
        and calendar.day = failed_days.day

),

stated as (

    select
        *,
        case
            when due_on <= today and has_failed_since then 'failed'
            when read_on is null then 'missing'
            when due_on <= today then 'stale'
            when not is_final then 'provisional'
            else 'complete'
        end as state
    from known

),

final as (

    select
        stated.account,
        stated.endpoint,
        stated.day,
        stated.state,
        coalesce(usual_records.records, 0) as records,
        usual_records.expected,
        usual_records.least_usual,
        usual_records.most_usual,
        stated.read_at as last_fetched_at,
        {{ utc_time('cast(stated.due_on as timestamp)', 'stated.timezone') }} as next_due_at,
        case
            when stated.state = 'failed' then stated.failure
            when stated.state = 'missing' then 'no run has landed it whole'
            when not stated.is_settled then 'the data moved while it was read'
            when not stated.is_whole
                then 'its window had another number of records than the API''s total states'
            when stated.state = 'stale'
                then 'read on ' || stated.read_on || '; ' || stated.endpoint || ' may have changed since'
            when stated.state = 'provisional'
                then 'read within ' || stated.lookback_days || ' days; late records may still come'
            else 'read on ' || stated.read_on
        end as reason
    from stated
    left join usual_records
        on stated.account = usual_records.account
        and stated.endpoint = usual_records.endpoint
        and stated.day = usual_records.day

)

select * from final
