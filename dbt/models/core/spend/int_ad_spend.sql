{#-
    The lines of spend that count. The newest load of an ad account, or of a file without an ad account, replaces its
    days and sources. If several files state a campaign's day, the newest counts. All lines of your own relation count,
    because it doesn't say when they were loaded.
-#}

with

ad_spend as (

    select
        *,
        cast(null as varchar) as term -- spend has no term, but an ad's UTMs have five fields
    from {{ ref('stg_wicked__ad_spend') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

numbered as (

    select
        *,
        {{ comparable_ad_account('ad_account') }} as payer,
        {{ utm_key('account') }} as utm_key
    from ad_spend

),

lines as (

    select
        numbered.*,
        utms.source_name,
        utms.normalised_key
    from numbered
    inner join utms on numbered.utm_key = utms.utm_key

),

last_said as (

    select *
    from lines
    qualify
        loaded_at is null
        or loaded_at = case
            when payer is null then max(loaded_at) over (partition by account, file, date, source_name)
            else max(loaded_at) over (partition by account, payer, date, source_name)
        end

),

-- a line without an ad account may be anybody's, so any newer line of its campaign's day replaces it
compared as (

    select
        *,
        said_at < case
            when payer is null then max(said_at) over (partition by normalised_key, date, currency)
            else max(said_at) over (partition by normalised_key, date, currency, payer)
        end as is_replaced
    from last_said

),

replaced as (

    select
        normalised_key,
        date,
        currency,
        string_agg(distinct file, ', ' order by file) as files
    from compared
    where is_replaced
        and payer is null  -- an ad account replaces its own lines, so nothing needs checking
    group by normalised_key, date, currency

),

final as (

    select
        compared.account,
        compared.date,
        compared.currency,
        compared.spend,
        compared.ad_account,
        compared.file,
        compared.utm_key,
        replaced.files as instead_of
    from compared
    left join replaced
        on compared.normalised_key = replaced.normalised_key
        and compared.date = replaced.date
        and compared.currency is not distinct from replaced.currency
    where compared.is_replaced is not true

)

select * from final
