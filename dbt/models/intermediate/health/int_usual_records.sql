with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

landed_days as (

    select * from {{ ref('int_landed_days') }}

),

counted as (

    {% for endpoint in ['contacts', 'clicks', 'orders'] -%}
    {{ 'union all' if not loop.first }}
    select
        account,
        '{{ endpoint }}' as endpoint,
        partition_date as day,
        count(*) as records
    from {{ ref('stg_wicked__' ~ endpoint) }}
    group by account, partition_date
    {% endfor %}
),

-- a day without records has a row too
days as (

    select
        landed_days.account,
        landed_days.endpoint,
        landed_days.day,
        coalesce(counted.records, 0) as records,
        -- clicks come up to 24 hours late, so a day that was read in its last hours may lack some
        landed_days.read_on >= landed_days.day + 2 as is_settled_down
    from landed_days
    left join counted
        on landed_days.account = counted.account
        and landed_days.endpoint = counted.endpoint
        and landed_days.day = counted.day

),

-- the same weekday of the eight weeks before; of fewer than four nobody can say what is usual
usual as (

    select
        *,
        case
            when count(*) over weekdays >= 4
                then median(records) over weekdays
        end as expected
    from days
    window weekdays as (
        partition by account, endpoint, isodow(day)
        order by day
        range between interval 56 days preceding and interval 1 day preceding
    )

),

-- the root of a count varies by about a half, whatever the count
distances as (

    select
        *,
        sqrt(records + 0.375) - sqrt(expected + 0.375) as distance
    from usual

),

-- days that scatter more than counts do by chance have a wider band
spread as (

    select
        *,
        {{ usual_band() }} * greatest(0.5, 1.4826 * coalesce(mad(distance) over recent_days, 0)) as widest
    from distances
    window recent_days as (
        partition by account, endpoint
        order by day
        range between interval 56 days preceding and interval 1 day preceding
    )

),

final as (

    select
        account,
        endpoint,
        day,
        records,
        cast(expected as double) as expected,
        case
            when is_settled_down
                then cast(ceil(greatest(0, pow(greatest(0, sqrt(expected + 0.375) - widest), 2) - 0.375)) as bigint)
        end as least_usual,
        case
            when is_settled_down
                then cast(floor(pow(sqrt(expected + 0.375) + widest, 2) - 0.375) as bigint)
        end as most_usual
    from spread

)

select * from final
