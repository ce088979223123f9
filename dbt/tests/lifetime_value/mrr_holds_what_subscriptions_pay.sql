{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'subscriptions'}}}) }}

with

coverage as (

    select * from {{ ref('int_coverage') }}

),

subscriptions as (

    select * from {{ ref('subscriptions') }}
    where status in ('active', 'late') and interval_days <= 31

),

orders as (

    select * from {{ ref('orders') }}
    where is_purchase and subscription_id is not null

),

-- the last ninety days of each older subscription, in three parts
paid as (

    select
        subscriptions.account,
        subscriptions.source_system,
        subscriptions.subscription_id,
        subscriptions.currency,
        subscriptions.mrr
        {%- for days in [30, 60, 90] %},
        coalesce(sum(orders.gross_revenue) filter (
            where coverage.last_day_covered - orders.order_date between {{ days - 30 }} and {{ days - 1 }}
        ), 0) as paid_{{ days }}
        {%- endfor %}
    from subscriptions
    inner join coverage
        on subscriptions.account = coverage.account
        and subscriptions.started_at < coverage.last_day_covered - 90
    inner join orders
        on subscriptions.account = orders.account
        and subscriptions.source_system is not distinct from orders.source_system
        and subscriptions.subscription_id = orders.subscription_id
        and subscriptions.currency is not distinct from orders.currency
    group by
        subscriptions.account,
        subscriptions.source_system,
        subscriptions.subscription_id,
        subscriptions.currency,
        subscriptions.mrr

),

-- in each part, so that a lower price or one extra order doesn't count
judged as (

    select
        *,
        least(paid_30, paid_60, paid_90) > 1.3 * mrr as pays_more
    from paid

)

select
    account,
    count(*) as subscriptions,
    count(*) filter (where pays_more) as paying_more,
    {{ examples('case when pays_more then subscription_id end') }} as examples
from judged
group by account
having {{ are_no_slips('pays_more') }}
