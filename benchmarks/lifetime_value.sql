-- The figures of the marts of customers, cohorts and subscriptions as one script by hand, with keys of words and the
-- account's zone as a constant. What dbt takes longer is the price of its layers; the rows must be the same.
create schema plain;

create table plain.purchases as
select
    account, contact_id, currency, order_id, ordered_at, order_date, net_revenue, subscription_id,
    row_number() over purchases_so_far as order_number,
    order_date - lag(order_date) over purchases_so_far as days_since_previous,
    first_value(order_date) over purchases_so_far as first_order_date
from marts.orders
where is_purchase
window purchases_so_far as (partition by account, contact_id, currency order by ordered_at, order_id);

create table plain.acquired as
select
    purchases.account, purchases.contact_id, purchases.currency, purchases.first_order_date,
    date_trunc('month', purchases.first_order_date)::date as cohort_month,
    touched_at as acquired_at, channel, source, medium, campaign
from plain.purchases
left join marts.order_attribution as touches
    on purchases.account = touches.account and purchases.order_id = touches.order_id
    and attribution_model = 'first_click'
where order_number = 1;

create table plain.leads as
select
    contacts.account, contact_id, ltv, fetched_at, created_at,
    coalesce(first_optin_at, created_at) as lead_at,
    timezone('America/New_York', timezone('UTC', coalesce(first_optin_at, created_at)))::date as lead_date,
    utms.channel, first_optin_source as source, first_optin_medium as medium, first_optin_campaign as campaign
from staging.stg_wicked__contacts as contacts
left join intermediate.int_utms as utms
    on first_optin_at is not null and first_optin_source = utms.source and first_optin_medium = utms.medium
    and first_optin_campaign = utms.campaign;

create table plain.customer_ltv as
with money as (
    select
        account, contact_id, currency, count(*) filter (where is_purchase) as order_count,
        sum(gross_revenue) as gross_revenue, sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue, min(ordered_at) filter (where is_purchase) as first_order_at,
        max(ordered_at) filter (where is_purchase) as last_order_at,
        coalesce(bool_or(subscription_id is not null) filter (where is_purchase), false) as is_subscriber
    from marts.orders
    group by all
), early as (
    select
        account, contact_id, currency, any_value(days_since_previous) filter (where order_number = 2) as days_to_second_order,
        sum(net_revenue) filter (where order_date < first_order_date + 30) as net_30,
        sum(net_revenue) filter (where order_date < first_order_date + 60) as net_60,
        sum(net_revenue) filter (where order_date < first_order_date + 90) as net_90,
        sum(net_revenue) filter (where order_date < first_order_date + 180) as net_180,
        sum(net_revenue) filter (where order_date < first_order_date + 365) as net_365
    from plain.purchases
    group by all
), ranked as (
    select
        account, contact_id, currency,
        1 + 5 * (rank() over (partition by account, currency order by last_order_at) - 1)
        // count(*) over (partition by account, currency) as recency_quintile,
        1 + 5 * (rank() over (partition by account, currency order by order_count) - 1)
        // count(*) over (partition by account, currency) as frequency_quintile,
        1 + 5 * (rank() over (partition by account, currency order by net_revenue) - 1)
        // count(*) over (partition by account, currency) as money_quintile
    from money
    where order_count > 0
)
select
    money.*, days_to_second_order, leads.ltv as reported_ltv,
    if(first_order_date + 29 <= date '2023-12-30', net_30, null) as net_revenue_30d,
    if(first_order_date + 59 <= date '2023-12-30', net_60, null) as net_revenue_60d,
    if(first_order_date + 89 <= date '2023-12-30', net_90, null) as net_revenue_90d,
    if(first_order_date + 179 <= date '2023-12-30', net_180, null) as net_revenue_180d,
    if(first_order_date + 364 <= date '2023-12-30', net_365, null) as net_revenue_365d,
    acquired_at, acquired.channel as acquisition_channel, acquired.source as acquisition_source,
    acquired.medium as acquisition_medium, acquired.campaign as acquisition_campaign,
    lead_at, first_order_date - lead_date as days_lead_to_first_order,
    recency_quintile, frequency_quintile, money_quintile,
    recency_quintile || '' || frequency_quintile || money_quintile as rfm_segment
from money
left join early using (account, contact_id, currency)
left join ranked using (account, contact_id, currency)
left join plain.acquired using (account, contact_id, currency)
left join plain.leads using (account, contact_id);

create table plain.ltv_reconciliation as
with money as (
    select
        account, contact_id, count(*) as currencies, any_value(currency) as currency, sum(net_revenue) as net_revenue,
        sum(refunded_revenue) as refunded, sum(gross_revenue - refunded_revenue - net_revenue) as never_paid,
        max(last_order_at) as last_order_at
    from plain.customer_ltv
    group by all
), compared as (
    select
        leads.account, leads.contact_id, if(currencies = 1, currency, null) as currency, ltv as reported_ltv,
        if(coalesce(currencies, 0) <= 1, coalesce(net_revenue, 0), null) as net_revenue,
        coalesce(currencies, 0) as currencies, coalesce(refunded, 0) as refunded,
        coalesce(never_paid, 0) as never_paid, last_order_at, fetched_at, created_at
    from plain.leads
    left join money using (account, contact_id)
)
select
    account, contact_id, currency, reported_ltv, net_revenue, reported_ltv - net_revenue as difference,
    case
        when currencies > 1 then 'currency'
        when reported_ltv = net_revenue then null
        when abs(reported_ltv - net_revenue) = refunded then 'refund'
        when abs(reported_ltv - net_revenue) = never_paid then 'failed'
        when abs(reported_ltv - net_revenue) = refunded + never_paid then 'refund'
        when reported_ltv < net_revenue and last_order_at > fetched_at then 'stale'
        when reported_ltv > net_revenue and (
            timezone('America/New_York', timezone('UTC', created_at))::date < date '2021-01-01'
            or timezone('America/New_York', timezone('UTC', fetched_at))::date > date '2023-12-30'
        ) then 'order outside what was fetched'
        else 'unexplained'
    end as reason
from compared;

create table plain.ltv_cohorts_by_acquisition as
with cohorts as (
    select account, currency, cohort_month, channel, source, medium, campaign, count(*) as customers
    from plain.acquired
    group by all
), months as (
    select *, unnest(range(0, datediff('month', cohort_month, date '2023-12-01') + 1)) as months_since_first_order
    from cohorts
), activity as (
    select
        account, currency, cohort_month, channel, source, medium, campaign,
        datediff('month', cohort_month, order_date) as months_since_first_order,
        count(distinct contact_id) as active_customers, count(*) as orders, sum(net_revenue) as net_revenue
    from plain.purchases
    inner join plain.acquired using (account, contact_id, currency)
    group by all
)
select
    account, currency, cohort_month, 'first_click' as acquisition_model, channel, source, medium, campaign,
    months_since_first_order, customers, coalesce(active_customers, 0) as active_customers,
    coalesce(orders, 0) as orders, coalesce(net_revenue, 0) as net_revenue,
    sum(coalesce(net_revenue, 0)) over (
        partition by account, currency, cohort_month, channel, source, medium, campaign
        order by months_since_first_order
    ) as cumulative_net_revenue,
    cohort_month + to_months((months_since_first_order + 1)::integer) <= date '2023-12-31' as is_complete
from months
left join activity
    using (account, currency, cohort_month, channel, source, medium, campaign, months_since_first_order);

create table plain.ltv_cohorts as
select
    account, currency, cohort_month, months_since_first_order, sum(customers) as customers,
    sum(active_customers) as active_customers, sum(orders) as orders, sum(net_revenue) as net_revenue,
    sum(cumulative_net_revenue) as cumulative_net_revenue, bool_and(is_complete) as is_complete
from plain.ltv_cohorts_by_acquisition
group by all;

create table plain.lead_cohorts as
with members as (
    select
        account, contact_id, coalesce(channel, '') as channel, coalesce(source, '') as source,
        coalesce(medium, '') as medium, coalesce(campaign, '') as campaign,
        date_trunc('month', lead_date)::date as cohort_month
    from plain.leads
    where lead_at is not null
), cohorts as (
    select account, cohort_month, channel, source, medium, campaign, count(*) as leads
    from members
    group by all
), currencies as (
    select distinct account, currency from plain.acquired
), months as (
    select
        *, unnest(range(0, greatest(datediff('month', cohort_month, date '2023-12-01'), 0) + 1)) as months_since_lead
    from cohorts
    inner join currencies using (account)
), bought as (
    select
        account, currency, cohort_month, channel, source, medium, campaign,
        greatest(datediff('month', cohort_month, order_date), 0) as months_since_lead,
        count(*) filter (where order_number = 1) as new_customers, sum(net_revenue) as net_revenue
    from plain.purchases
    left join members using (account, contact_id)
    group by all
)
select
    account, currency, cohort_month, nullif(channel, '') as channel, nullif(source, '') as source,
    nullif(medium, '') as medium, nullif(campaign, '') as campaign, months_since_lead, leads,
    sum(coalesce(new_customers, 0)) over (
        partition by account, currency, cohort_month, channel, source, medium, campaign order by months_since_lead
    ) as customers,
    coalesce(net_revenue, 0) as net_revenue
from months
left join bought using (account, currency, cohort_month, channel, source, medium, campaign, months_since_lead)
union all
select account, currency, null, null, null, null, null, null, null, sum(new_customers), sum(net_revenue)
from bought
where cohort_month is null
group by account, currency;

create table plain.repeat_purchases as
select
    account, currency, date_trunc('month', first_order_date)::date as cohort_month, order_number,
    count(*) as customers, median(days_since_previous) as median_days_since_previous
from plain.purchases
group by all;

create table plain.subscription_orders as
select
    *,
    order_date - lag(order_date) over (
        partition by account, subscription_id, currency order by ordered_at, order_id
    ) as gap_days
from marts.orders
semi join (select account, subscription_id, currency from marts.orders where is_purchase) as bought
    using (account, subscription_id, currency)
where subscription_id is not null;

create table plain.intervals as
with gaps as (
    select account, subscription_id, currency, gap_days, count(*) as orders
    from plain.subscription_orders
    where gap_days > 0
    group by all
), of_account as (
    select account, arg_min(gap_days, (-orders, gap_days)) as gap_days
    from (select account, gap_days, sum(orders) as orders from gaps group by all)
    group by all
), of_subscription as (
    select account, subscription_id, currency, arg_min(gap_days, (-orders, gap_days)) as gap_days
    from gaps
    group by all
)
select
    account, subscription_id, currency, coalesce(of_subscription.gap_days, of_account.gap_days, 30) as gap,
    case
        when gap between 6 and 8 then 7
        when gap between 26 and 35 then 30
        when gap between 84 and 98 then 91
        when gap between 350 and 380 then 365
        else gap
    end as interval_days
from (select distinct account, subscription_id, currency from plain.subscription_orders)
left join of_subscription using (account, subscription_id, currency)
left join of_account using (account);

create table plain.subscription_purchases as
with timed as (
    select
        *, order_date + case interval_days
            when 30 then to_months(1) when 91 then to_months(3) when 365 then to_months(12)
            else to_days(interval_days::integer)
        end as due,
        (gross_revenue * case interval_days
            when 7 then 52.0 / 12 when 30 then 1.0 when 91 then 1.0 / 3 when 365 then 1.0 / 12
            else 30.4375 / interval_days
        end)::decimal(18, 4) as mrr
    from plain.subscription_orders
    inner join plain.intervals using (account, subscription_id, currency)
    where is_purchase
)
select
    *, due::date + 15 as lapses_on, lead(order_date) over of_subscription_so_far as next_order_date,
    lag(mrr) over of_subscription_so_far as previous_mrr, lag(due::date + 15) over of_subscription_so_far <= order_date as is_back,
    row_number() over of_subscription_so_far as order_number
from timed
window of_subscription_so_far as (partition by account, subscription_id, currency order by ordered_at, order_id);

create table plain.subscriptions as
with totals as (
    select
        account, subscription_id, currency, count(*) filter (where is_purchase) as orders,
        min(ordered_at) filter (where is_purchase) as started_at, sum(net_revenue) as net_revenue
    from plain.subscription_orders
    group by all
), paid as (
    select
        account, subscription_id, currency, max(paid_at) filter (where lower(status) in ('approved', 'manual')) as last_paid_at,
        count(*) filter (where lower(status) = 'failed') as failed_payments
    from plain.subscription_orders
    inner join staging.stg_wicked__order_payments using (account, order_id)
    group by all
)
select
    account, subscription_id, latest.contact_id, currency, started_at, last_paid_at, interval_days, totals.orders,
    totals.orders - 1 as rebills, failed_payments, totals.net_revenue,
    case
        when due::date >= date '2023-12-30' then 'active' when lapses_on > date '2023-12-30' then 'late' else 'churned'
    end as status
from totals
inner join paid using (account, subscription_id, currency)
inner join (from plain.subscription_purchases where next_order_date is null) as latest
    using (account, subscription_id, currency);

create table plain.subscriptions_monthly as
with events as (
    select
        account, currency, date_trunc('month', order_date)::date as month, net_revenue,
        (order_number = 1)::integer as new, coalesce(is_back, false)::integer as reactivated, 0 as churned,
        if(order_number = 1, mrr, 0) as new_mrr, if(is_back, mrr, 0) as reactivated_mrr,
        if(is_back, 0, greatest(mrr - previous_mrr, 0)) as expansion_mrr,
        if(is_back, 0, greatest(previous_mrr - mrr, 0)) as contraction_mrr, 0 as churned_mrr
    from plain.subscription_purchases
    union all
    select account, currency, date_trunc('month', lapses_on)::date, 0, 0, 0, 1, 0, 0, 0, 0, mrr
    from plain.subscription_purchases
    where lapses_on <= coalesce(next_order_date, date '2023-12-30')
)
select
    account, month, currency, sum(new) as new, sum(reactivated) as reactivated, sum(churned) as churned,
    sum(net_revenue) as recurring_net_revenue, sum(new_mrr) as new_mrr, sum(reactivated_mrr) as reactivated_mrr,
    coalesce(sum(expansion_mrr) filter (where order_number_is_later), 0) as expansion_mrr,
    coalesce(sum(contraction_mrr) filter (where order_number_is_later), 0) as contraction_mrr,
    sum(churned_mrr) as churned_mrr
from (select *, new = 0 as order_number_is_later from events)
group by all;
