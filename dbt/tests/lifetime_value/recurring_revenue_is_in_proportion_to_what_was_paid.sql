{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'subscriptions_monthly'}}}) }}
with

purchases as (

    select * from {{ ref('int_subscription_purchases') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions') }}
    where is_current

),

months as (

    select * from {{ ref('subscriptions_monthly') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

paid as (

    select
        subscriptions.account,
        subscriptions.currency,
        cast(date_trunc('month', purchases.order_date) as date) as month,
        sum(purchases.gross_revenue) as paid
    from purchases
    inner join subscriptions on purchases.subscription_no = subscriptions.subscription_no
    group by subscriptions.account, subscriptions.currency, date_trunc('month', purchases.order_date)

),

compared as (

    select
        months.account,
        months.currency,
        months.month,
        months.active_at_end,
        months.mrr_at_end,
        coalesce(paid.paid, 0) as paid_in_month,
        coalesce(lag(paid.paid) over by_month, 0) as paid_in_month_before,
        sum(coalesce(paid.paid, 0)) over last_year / count(*) over last_year as paid_in_average_month,
        row_number() over by_month as month_number,
        {{ is_complete_month('months.month', '0', 'coverage.newest_day') }} as is_over
    from months
    inner join coverage on months.account = coverage.account
    left join paid
        on months.account = paid.account
        and months.currency is not distinct from paid.currency
        and months.month = paid.month
    window
        by_month as (partition by months.account, months.currency order by months.month),
        last_year as (
            partition by months.account, months.currency
            order by months.month
            rows between 11 preceding and current row
        )

),

last_months as (

    select *
    from compared
    where is_over
    qualify row_number() over (partition by account, currency order by month desc) = 1

),

-- a shop's first months, or a handful of subscriptions, prove nothing
out_of_proportion as (

    select *
    from last_months
    where month_number >= 3
        and active_at_end >= 20
        and mrr_at_end > 2 * greatest(paid_in_month, paid_in_month_before, paid_in_average_month)

),

examples as (

    select
        account,
        currency,
        list(subscription_id || ' (' || interval_days || ' days, ' || interval_from || ')' order by mrr desc, subscription_id)[:5]
            as largest
    from {{ ref('subscriptions') }}
    where mrr > 0
    group by account, currency

)

select
    out_of_proportion.account,
    out_of_proportion.currency,
    out_of_proportion.month,
    out_of_proportion.mrr_at_end,
    out_of_proportion.paid_in_month,
    out_of_proportion.paid_in_average_month,
    examples.largest
from out_of_proportion
left join examples
    on out_of_proportion.account = examples.account
    and out_of_proportion.currency is not distinct from examples.currency
