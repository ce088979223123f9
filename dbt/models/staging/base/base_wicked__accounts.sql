{{ config(materialized='table') }}

with

settings as (

    select
        account,
        timezone,
        to_json(accounts) as facts -- as JSON, because older versions' tables lack some columns
    from {{ source('wicked_ledger', 'accounts') }} as accounts

),

-- a covered day ends up to 14 hours later in UTC; the margin below includes that
known as (

    select account, null as known_until from settings
    union all
    select
        account,
        greatest(fetched_at, window_to + interval 1 day) as known_until
    from {{ source('wicked_ledger', 'loads') }}
    {% for endpoint in ['contacts', 'clicks', 'orders'] %}
    union all
    select account, fetched_at as known_until from {{ source('wicked', endpoint) }}
    {% endfor %}

),

seen as (

    select
        account,
        max(known_until) as known_until
    from known
    group by account

),

accounts as (

    select
        seen.account,
        -- Assumed: an account whose zone nobody set is in US Eastern, as the API's own sample is
        coalesce(any_value(settings.timezone), 'America/New_York') as timezone,
        {%- for fact, type in account_facts().items() %}
        cast(coalesce(any_value(settings.facts ->> '$.{{ fact }}'), {{ "'" ~ var(fact) ~ "'" if var(fact) is not none else 'null' }}) as {{ type }}) as {{ fact }},
        {%- endfor %}
        cast(any_value(settings.facts ->> '$.start_date') as date) as start_date,
        -- Assumed: an account whose settings no version noted has the default of WICKED_LOOKBACK_DAYS
        cast(coalesce(any_value(settings.facts ->> '$.lookback_days'), '3') as integer) as lookback_days,
        cast('{{ var("earliest_plausible_date") }}' as timestamp) as earliest_plausible_at,
        cast(any_value(seen.known_until) + interval 2 days as timestamp) as latest_plausible_at
    from seen
    left join settings on seen.account = settings.account
    group by seen.account

)

select * from accounts
