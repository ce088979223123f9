{#-
    The days with known cost of a source: a file covers every day from its first to its last, for each source in it. On
    such a day a campaign without a line cost nothing; on any other day its cost is unknown.
-#}

with

spend as (

    select * from {{ ref('int_ad_spend') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

told as (

    select
        spend.account,
        spend.ad_account,
        spend.file,
        utms.source_name,
        spend.currency,
        min(spend.date) as first_day,
        max(spend.date) as last_day
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    group by all

),

days as (

    select
        account,
        ad_account,
        source_name,
        currency,
        cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as date
    from told

),

final as (

    select
        account,
        ad_account,
        source_name,
        currency,
        date
    from days
    group by all

)

select * from final
