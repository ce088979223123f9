{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'subscriptions'}}}) }}
with

living as (

    select
        account,
        currency,
        count(*) filter (where interval_from = 'assumed') as assumed,
        sum(mrr) filter (where interval_from = 'assumed') as assumed_mrr,
        sum(mrr) as mrr,
        list(
            subscription_id || ' (' || interval_days || ' days)' order by mrr desc, subscription_id
        ) filter (where interval_from = 'assumed')[:5] as largest
    from {{ ref('subscriptions') }}
    where mrr > 0
    group by account, currency

)

select * from living
where assumed >= 10 and 3 * assumed_mrr > mrr
