with

settings as (

    select account, timezone from {{ source('wicked_ledger', 'accounts') }}

),

seen as (

    select account from settings
    union
    select account from {{ source('wicked', 'contacts') }}
    union
    select account from {{ source('wicked', 'clicks') }}
    union
    select account from {{ source('wicked', 'orders') }}

),

timezones as (

    select
        seen.account,
        -- Assumed: an account whose zone nobody set is in US Eastern, as the API's own sample is
        coalesce(any_value(settings.timezone), 'America/New_York') as timezone
    from seen
    left join settings on seen.account = settings.account
    group by seen.account

)

select * from timezones
