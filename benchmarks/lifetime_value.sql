-- The figures of the marts of customers, cohorts and subscriptions as one script by hand, with keys of words and the
-- account's zone as a constant. What dbt takes longer is the price of its layers; the rows must be the same.
create schema plain;

create table plain.purchases as
select
    account, contact_id, currency, order_key, ordered_at, order_date, net_revenue, subscription_id,
    row_number() over purchases_so_far as order_number,
    order_date - lag(order_date) over purchases_so_far as days_since_previous,
    first_value(order_date) over purchases_so_far as first_order_date
from marts.orders
where is_purchase
window purchases_so_far as (partition by account, contact_id, currency order by ordered_at, order_id, order_key);

-- what moved a customer's money: purchases, and refunds that came as orders
create table plain.money as
from plain.purchases
union all by name
select account, contact_id, currency, orders.order_date, orders.net_revenue, first_order_date
from marts.orders
inner join (from plain.purchases where order_number = 1) as firsts using (account, contact_id, currency)
where not is_purchase and orders.net_revenue <> 0;

create table plain.acquired as
select
    purchases.account, purchases.contact_id, purchases.currency, purchases.first_order_date,
    date_trunc('month', purchases.first_order_date)::date as cohort_month,
    touched_at as acquired_at, channel, source, medium, campaign
from plain.purchases
left join intermediate.int_order_attribution as touches
    on purchases.account = touches.account and purchases.order_key = touches.order_key
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
    from plain.money
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
    money.*, acquired.cohort_month, days_to_second_order, leads.ltv as reported_ltv,
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
        sum(refunded_revenue) as refunded, max(last_order_at) as last_order_at
    from plain.customer_ltv
    group by all
), unpaid as (
    select
        account, contact_id,
        coalesce(sum(gross_revenue - net_revenue) filter (where gross_revenue > 0), 0) as never_paid,
        coalesce(-sum(net_revenue) filter (where gross_revenue < 0), 0) as taken_back
    from marts.orders
    group by all
), compared as (
    select
        leads.account, leads.contact_id, if(currencies = 1, currency, null) as currency, ltv as reported_ltv,
        if(coalesce(currencies, 0) <= 1, coalesce(net_revenue, 0), null) as net_revenue,
        coalesce(currencies, 0) as currencies, coalesce(refunded, 0) as refunded,
        coalesce(never_paid, 0) as never_paid, coalesce(taken_back, 0) as taken_back, last_order_at, fetched_at, created_at
    from plain.leads
    left join money using (account, contact_id)
    left join unpaid using (account, contact_id)
)
select
    account, contact_id, currency, reported_ltv, net_revenue, reported_ltv - net_revenue as difference,
    case
        when currencies > 1 then 'currency'
        when reported_ltv = net_revenue then null
        when abs(reported_ltv - net_revenue) in (refunded, taken_back, refunded + taken_back) then 'refund'
        when abs(reported_ltv - net_revenue) = never_paid then 'failed'
        when abs(reported_ltv - net_revenue) in (
            refunded + never_paid, taken_back + never_paid, refunded + taken_back + never_paid
        ) then 'refund'
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
        greatest(datediff('month', cohort_month, order_date), 0) as months_since_first_order,
        count(distinct contact_id) filter (where order_number > 0) as active_customers, count(order_number) as orders,
        sum(net_revenue) as net_revenue
    from plain.money
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
    from plain.money
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

create table plain.periods as
from (
    values
        (7, 6, 8, 13, 15, 20, 22, 0), (14, 13, 15, 27, 29, 41, 43, 0), (30, 26, 35, 56, 66, 86, 97, 1),
        (61, 56, 66, 117, 127, 178, 188, 2), (91, 84, 98, 177, 188, 268, 280, 3), (182, 175, 190, 355, 375, 540, 556, 6),
        (365, 350, 380, 715, 745, 1080, 1110, 12)
) as periods(days, low, high, low_two, high_two, low_three, high_three, months);

create table plain.subscription_orders as
with bought as (
    select account, source_system, subscription_id, currency, quantile_disc(gross_revenue::double, 0.5) as middle
    from marts.orders
    where is_purchase and subscription_id is not null
    group by all
)
select
    orders.*, gross_revenue::double as amount,
    if(is_purchase, (gross_revenue::double > 2.5 * middle)::integer - (2.5 * gross_revenue::double < middle)::integer, null) as plan
from marts.orders
inner join bought using (account, source_system, subscription_id, currency);

create table plain.plan_days as
select
    account, source_system, subscription_id, currency, plan, order_date, max(amount) as amount,
    arg_min(order_key, (-amount, ordered_at, order_id, order_key)) as order_key,
    row_number() over (partition by account, source_system, subscription_id, currency, plan order by order_date) as number
from plain.subscription_orders
where is_purchase
group by account, source_system, subscription_id, currency, plan, order_date;

create table plain.gaps as
select
    account, source_system, subscription_id, currency, plan, here.number, here.order_date - before.order_date as gap,
    abs(here.amount - before.amount) <= 0.05 * greatest(here.amount, before.amount) as is_like, here.amount,
    periods.days as period
from plain.plan_days as here
inner join plain.plan_days as before using (account, source_system, subscription_id, currency, plan)
left join plain.periods on here.order_date - before.order_date between low and high
where here.number = before.number + 1;

create table plain.scores as
with pairs as (
    select
        account, source_system, subscription_id, currency, plan,
        here.gap, before.gap as gap_before, here.gap + before.gap as span,
        not here.is_like and not before.is_like as is_odd,
        (here.gap + before.gap) * if(abs(here.amount - two.amount) <= 0.05 * greatest(here.amount, two.amount), 2, 1) as weight
    from plain.gaps as here
    inner join plain.gaps as before using (account, source_system, subscription_id, currency, plan)
    inner join plain.plan_days as two using (account, source_system, subscription_id, currency, plan)
    where here.number = before.number + 1 and two.number + 2 = here.number
        and abs(here.gap - before.gap) > 2 and (here.period is null or before.period is null)
), explained as (
    select
        account, source_system, subscription_id, currency, plan, days,
        if(gap between low and high, gap * if(is_like, 2, 1), 0) as proper,
        if(gap between low and high, 0, gap * if(is_like, 2, 1)) as skipped
    from plain.gaps
    inner join plain.periods
        on gap between low and high or gap between low_two and high_two or gap between low_three and high_three
    union all
    select account, source_system, subscription_id, currency, plan, days, weight, 0
    from pairs
    inner join plain.periods
        on (span between low and high and is_odd) or (
            span between low_two and high_two and abs(gap - days) * 3 <= days and abs(gap_before - days) * 3 <= days
        )
), numbers as (
    select
        account, source_system, subscription_id, currency, plan,
        gap, count(*) as gaps, sum(gap * if(is_like, 2, 1)) as weight
    from plain.gaps
    where period is null
    group by all
)
select
    account, source_system, subscription_id, currency, plan,
    days, proper + least(skipped, 3 * proper) as score, -days as preference
from (
    select account, source_system, subscription_id, currency, plan, days, sum(proper) as proper, sum(skipped) as skipped
    from explained
    group by all
)
inner join plain.periods using (days)
where proper >= 2 * low
union all
select
    account, source_system, subscription_id, currency, plan,
    numbers.gap, (numbers.weight + sum(near.weight)) / 2, numbers.gaps - 1000
from numbers
inner join numbers as near using (account, source_system, subscription_id, currency, plan)
where near.gap between numbers.gap - 1 and numbers.gap + 1
group by account, source_system, subscription_id, currency, plan, numbers.gap, numbers.weight, numbers.gaps
having sum(near.gaps) >= if(numbers.gap >= 6, 2, 5);

create table plain.plans as
with best as (
    select account, source_system, subscription_id, currency, plan, max_by(days, (score, preference, days)) as days
    from plain.scores
    group by all
), numbers as (
    select
        account, source_system, subscription_id, currency, plan,
        gap, count(*) as gaps, sum(count(*)) over same_plan as all_gaps
    from plain.gaps
    inner join best using (account, source_system, subscription_id, currency, plan)
    where period = days
    group by account, source_system, subscription_id, currency, plan, gap
    window same_plan as (partition by account, source_system, subscription_id, currency, plan)
), exact as (
    from numbers
    qualify row_number() over (
        partition by account, source_system, subscription_id, currency, plan
        order by gaps desc, gap
    ) = 1
), middle as (
    select account, source_system, subscription_id, currency, plan, quantile_disc(gap, 0.5) as gap
    from plain.gaps
    where is_like and gap >= 6
    group by all
), known as (
    select
        account, source_system, subscription_id, currency, plan, max(order_date) as last_day, count(*) as days,
        quantile_disc(amount, 0.5) as amount, max_by(amount, order_date) as last_amount,
        max_by(order_key, order_date) as order_key
    from plain.plan_days
    group by all
)
select
    known.*, round(log2(amount))::integer as band, products.product_id as product, products.product_name as name,
    if(
        exact.gap not in (
            7, 14, 29, 30, 31, 59, 61, 62, 89, 90, 91, 92, 181, 182, 183, 184, 365, 366
        ) and exact.gaps * 2 >= exact.all_gaps and exact.gaps >= if(exact.gap = 28, 2, 3),
        exact.gap, best.days
    ) as own,
    coalesce(periods.days, middle.gap) as middle_gap
from known
left join best using (account, source_system, subscription_id, currency, plan)
left join exact using (account, source_system, subscription_id, currency, plan)
left join middle using (account, source_system, subscription_id, currency, plan)
left join plain.periods on middle.gap between low and high
left join staging.stg_wicked__order_products as products using (account, order_key);

create table plain.intervals as
with votes as (
    select account, currency, product, band, own, count(*) as votes
    from plain.plans
    where own is not null
    group by all
), of_price as (
    from (select *, sum(votes) over (partition by account, currency, product, band) as all_votes from votes)
    where 2 * votes > all_votes
), amounts as (
    select
        account, currency, if(grouping(product) = 0, product, null) as product, own, count(*) as votes,
        quantile_disc(amount, 0.5) as amount, grouping(product) = 1 as is_account
    from plain.plans
    where own is not null
    group by grouping sets ((account, currency, product, own), (account, currency, own))
), told_by_most as (
    from (select *, sum(votes) over (partition by account, currency, product, is_account) as all_votes from amounts)
    where 2 * votes > all_votes
), of_product as (
    from told_by_most where not is_account
), of_account as (
    from told_by_most where is_account and all_votes >= 3
), silent as (
    select account, currency, product, band
    from plain.plans
    group by all
    having max(days) = 1 and count_if(last_day + 45 < date '2023-12-30') >= 3
), siblings as (
    select account, source_system, subscription_id, currency, own, last_amount
    from plain.plans
    where own is not null
    qualify row_number() over (
        partition by account, source_system, subscription_id, currency
        order by case plan when 0 then 1 when -1 then 2 else 3 end
    ) = 1
), told as (
    select
        plans.*, of_price.own as price_days,
        if(plans.amount <= 2.5 * of_product.amount and of_product.amount <= 2.5 * plans.amount, of_product.own, null)
            as product_days,
        if(name = 'Yearly Plan', 365, null) as name_days,
        if(
            siblings.own = 30 and plans.last_amount / siblings.last_amount between 8 and 13, 365, siblings.own
        ) as sibling_days,
        if(silent.account is not null, 365, null) as silent_days,
        if(plans.amount <= 2.5 * of_account.amount and of_account.amount <= 2.5 * plans.amount, of_account.own, null)
            as account_days
    from plain.plans
    left join of_price using (account, currency, product, band)
    left join of_product using (account, currency, product)
    left join of_account using (account, currency)
    left join siblings using (account, source_system, subscription_id, currency)
    left join silent using (account, currency, product, band)
)
select
    account, source_system, subscription_id, currency, plan,
    coalesce(
        own, price_days, product_days, name_days, sibling_days, silent_days, account_days, middle_gap, 30
    )::integer as interval_days,
    case
        when own is not null then 'own' when coalesce(price_days, product_days) is not null then 'product'
        when name_days is not null then 'name' when sibling_days is not null then 'own'
        when silent_days is not null then 'assumed' when account_days is not null then 'account'
        when middle_gap is not null then 'own' else 'assumed'
    end as interval_from
from told;

-- how many intervals so many days are, but for a few days
create macro beats(days, length, interval_days) as if(
    round(days / length) between 1 and 3
    and abs(days - round(days / length) * length) <= if(interval_days < 26, 1, 3),
    round(days / length), null
);

create table plain.subscription_purchases as
with timed as (
    select
        orders.*, interval_days, interval_from,
        if(months is null, 0, months) as months,
        if(coalesce(months, 0) = 0, interval_days::double, months * 30.4375) as length,
        row_number() over so_far as order_number, lead(order_date) over so_far as next_order_date,
        [order_date - lag(order_date) over so_far, order_date - lag(order_date, 2) over so_far,
            order_date - lag(order_date, 3) over so_far] as since,
        [lag(amount) over so_far, lead(amount) over so_far] as beside,
        (order_date + if(
            coalesce(months, 0) = 0, to_days(interval_days), to_months(months)
        ))::date as own_due
    from plain.subscription_orders as orders
    inner join plain.intervals using (account, source_system, subscription_id, currency, plan)
    left join plain.periods on interval_days = periods.days
    where is_purchase
    window so_far as (
        partition by account, source_system, subscription_id, currency
        order by order_date, amount desc, ordered_at, order_id, order_key
    )
), beaten as (
    select
        *,
        order_number = 1 or (since[1] > 0 and (
            since[1] * 5 >= interval_days * 4
            or coalesce(abs(amount - beside[1]) <= 0.05 * greatest(amount, beside[1]), false)
            or coalesce(abs(amount - beside[2]) <= 0.05 * greatest(amount, beside[2]), false)
            or (
                coalesce(beats(since[2], length, interval_days), beats(since[3], length, interval_days)) is not null
                -- and not bought beside a dearer renewal
                and not (amount < beside[1] and (
                    coalesce(beats(since[2], length, interval_days)
                        = beats(since[2] - since[1], length, interval_days), false)
                    or coalesce(beats(since[3], length, interval_days)
                        = beats(since[3] - since[1], length, interval_days), false)
                ))
            )
        )) as on_beat
    from timed
), renewed as (
    select
        *,
        on_beat or (since[1] > 0 and order_date >= last_value(if(on_beat, own_due, null) ignore nulls) over (
            partition by account, source_system, subscription_id, currency
            order by order_number
            rows between unbounded preceding and 1 preceding
        )) as is_renewal,
        (gross_revenue * case
            when interval_days = 7 then 52.0 / 12 when interval_days = 14 then 26.0 / 12
            when months > 0 then 1.0 / months else 30.4375 / interval_days
        end)::decimal(38, 4) as own_mrr
    from beaten
), running as (
    select
        *, last_value(
            if(is_renewal, {'interval': interval_days, 'from': interval_from, 'due': own_due, 'mrr': own_mrr}, null)
            ignore nulls
        ) over (
            partition by account, source_system, subscription_id, currency
            order by order_number
            rows between unbounded preceding and current row
        ) as last_renewal
    from renewed
), told as (
    select
        * exclude (interval_days, interval_from, length, since, beside), last_renewal.interval as interval_days,
        last_renewal.from as interval_from, last_renewal.due as due, last_renewal.mrr as mrr,
        last_renewal.due + 15 as lapses_on, lag(last_renewal.mrr) over so_far as previous_mrr,
        coalesce(lag(last_renewal.due) over so_far + 15 <= order_date, false) as is_back
    from running
    window so_far as (partition by account, source_system, subscription_id, currency order by order_number)
)
select
    *, max(if(order_number = 1 or is_back, order_date, null)) over (
        partition by account, source_system, subscription_id, currency
        order by order_number
        rows between unbounded preceding and current row
    ) as active_since
from told;

create table plain.subscriptions as
with totals as (
    select
        account, source_system, subscription_id, currency, count(*) filter (where is_purchase) as orders,
        min(ordered_at) filter (where is_purchase) as started_at, sum(net_revenue) as net_revenue
    from plain.subscription_orders
    group by all
), paid as (
    select
        account, source_system, subscription_id, currency,
        max(paid_at) filter (where lower(status) in ('approved', 'manual')) as last_paid_at,
        count(*) filter (where lower(status) = 'failed') as failed_payments
    from plain.subscription_orders
    inner join staging.stg_wicked__order_payments using (account, order_key)
    group by all
)
select
    account, source_system, subscription_id, latest.contact_id, currency, started_at, last_paid_at, interval_days, interval_from,
    totals.orders, totals.orders - 1 as rebills, failed_payments, totals.net_revenue,
    if(lapses_on <= date '2023-12-30', 0, mrr) as mrr,
    case
        when due >= date '2023-12-30' then 'active' when lapses_on > date '2023-12-30' then 'late' else 'churned'
    end as status
from totals
inner join paid using (account, source_system, subscription_id, currency)
inner join (from plain.subscription_purchases where next_order_date is null) as latest
    using (account, source_system, subscription_id, currency);

create table plain.subscriptions_monthly as
with events as (
    select
        account, currency, date_trunc('month', order_date)::date as month, net_revenue,
        (order_number = 1)::integer as new, is_back::integer as reactivated, 0 as churned, 0 as churned_from_start,
        if(order_number = 1, mrr, 0) as new_mrr, if(is_back, mrr, 0) as reactivated_mrr,
        if(is_back, 0, greatest(mrr - previous_mrr, 0)) as expansion_mrr,
        if(is_back, 0, greatest(previous_mrr - mrr, 0)) as contraction_mrr, 0 as churned_mrr
    from plain.subscription_purchases
    union all
    select
        account, currency, date_trunc('month', lapses_on)::date, 0, 0, 0, 1,
        (active_since < date_trunc('month', lapses_on))::integer, 0, 0, 0, 0, mrr
    from plain.subscription_purchases
    where lapses_on <= coalesce(next_order_date, date '2023-12-30')
    union all
    select account, currency, date_trunc('month', order_date)::date, net_revenue, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from plain.subscription_orders
    where not is_purchase and net_revenue <> 0
)
select
    account, month, currency, sum(new) as new, sum(reactivated) as reactivated, sum(churned) as churned,
    sum(churned_from_start) as churned_from_start,
    sum(net_revenue) as recurring_net_revenue, sum(new_mrr) as new_mrr, sum(reactivated_mrr) as reactivated_mrr,
    coalesce(sum(expansion_mrr) filter (where order_number_is_later), 0) as expansion_mrr,
    coalesce(sum(contraction_mrr) filter (where order_number_is_later), 0) as contraction_mrr,
    sum(churned_mrr) as churned_mrr
from (select *, new = 0 as order_number_is_later from events)
group by all;
