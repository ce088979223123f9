{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'subscriptions'}}}) }}
{# One row per account and currency of which more than a third of the recurring revenue rests on an interval that is only
   assumed, with ten or more subscriptions: nobody who bought the like has renewed yet. Backfill an earlier time, or leave
   out `interval_from = 'assumed'` where you trust MRR and churn; the largest subscriptions are named. #}
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
