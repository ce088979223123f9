with

orders as (

    select * from {{ ref('int_subscription_orders') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions') }}

),

gaps as (

    select
        account,
        is_current,
        subscription_key,
        gap_days,
        count(*) as orders
    from orders
    where gap_days > 0
    group by account, is_current, subscription_key, gap_days

),

-- the commonest gap, of equals the shortest
of_subscriptions as (

    select
        subscription_key,
        arg_min(gap_days, (-orders, gap_days)) as gap_days
    from gaps
    group by subscription_key

),

gaps_of_account as (

    select
        account,
        is_current,
        gap_days,
        sum(orders) as orders
    from gaps
    group by account, is_current, gap_days

),

of_accounts as (

    select
        account,
        is_current,
        arg_min(gap_days, (-orders, gap_days)) as gap_days
    from gaps_of_account
    group by account, is_current

),

chosen as (

    select
        subscriptions.subscription_key,
        coalesce(of_subscriptions.gap_days, of_accounts.gap_days, 30) as gap_days
    from subscriptions
    left join of_subscriptions on subscriptions.subscription_key = of_subscriptions.subscription_key
    left join of_accounts
        on subscriptions.account = of_accounts.account
        and subscriptions.is_current = of_accounts.is_current

),

final as (

    select
        subscription_key,
        cast({{ billing_interval('gap_days') }} as integer) as interval_days
    from chosen

)

select * from final
