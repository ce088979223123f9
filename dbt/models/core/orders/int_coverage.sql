with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

loads as (

    select * from {{ ref('stg_wicked__loads') }}
    where endpoint = 'orders'

),

orders as (

    select * from {{ ref('orders') }}

),

-- a window's days are the account's, and complete. Only the ends count: the ledger reports a day that is missing
-- between them
covered as (

    select
        account,
        min(window_from) as first_day_covered,
        max(window_to) as last_day_covered
    from loads
    group by account

),

ordered as (

    select
        account,
        max(order_date) as last_order_date
    from orders
    group by account

),

final as (

    select
        accounts.account,
        accounts.timezone,
        accounts.subscription_grace_days,
        accounts.earliest_plausible_at,
        accounts.latest_plausible_at,
        covered.first_day_covered,
        covered.last_day_covered,
        -- an account without a ledger is covered as far as its orders go
        coalesce(covered.last_day_covered, ordered.last_order_date) as newest_day,
        -- of the last covered day, or of a later order (any order if there is no ledger)
        cast(date_trunc('month', greatest(covered.last_day_covered, ordered.last_order_date)) as date) as last_month
    from accounts
    left join covered on accounts.account = covered.account
    left join ordered on accounts.account = ordered.account

)

select * from final
