{{ config(meta={'dagster': {'ref': {'name': 'subscriptions_monthly'}}}) }}
with

ends as (

    select
        account,
        currency,
        arg_max(active_at_end, month) as active,
        arg_max(mrr_at_end, month) as mrr
    from {{ ref('subscriptions_monthly') }}
    group by account, currency

),

living as (

    select
        account,
        currency,
        count(*) filter (where status in ('active', 'late')) as active,
        sum(mrr) as mrr
    from {{ ref('subscriptions') }}
    where status <> 'trial'
    group by account, currency

),

different as (

    select
        living.account,
        living.currency
    from living
    full join ends
        on living.account = ends.account
        and living.currency is not distinct from ends.currency
    where living.active is distinct from ends.active
        or living.mrr is distinct from ends.mrr

)

select * from different
