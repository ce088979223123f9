-- Staging of a large shop, made by SQL: $clicks clicks, $orders orders of $customers customers over three years, 40
-- channels of two ads each. Two thirds of the clicks are of contacts who never buy. One contact has 50,000 clicks (of a
-- smaller world a two-hundredth), and how many the others have has a heavy tail.
select setseed(0.42);

create schema if not exists staging;

create or replace table staging.stg_wicked__accounts as
select
    'shop' as account, 'America/New_York' as timezone, 'auto' as refund_semantics,
    null::timestamp as tracking_began_at, 1 as vendor_last_click_lookback_days, 14 as subscription_grace_days,
    timestamp '2000-01-01' as earliest_plausible_at, timestamp '2024-01-03' as latest_plausible_at;

create or replace table staging.stg_wicked__loads as
select
    'load' as load_id, 'shop' as account, 'orders' as endpoint, date '2021-01-01' as window_from,
    date '2023-12-31' as window_to, true as is_settled, timestamp '2024-01-01' as fetched_at;

create or replace macro draw(n, skew) as cast(floor(n * pow(random(), skew)) as bigint);
create or replace macro moment() as timestamp '2021-01-01' + to_seconds(draw(1095 * 86400, 1));
-- `n` must be a column: a macro draws anew for each mention of a drawn value
create or replace macro ad(n) as {
    'source': 'Source' || (n // 2 % 10), 'medium': 'medium' || (n // 20), 'campaign': 'Campaign%20' || (n // 2),
    'content': 'ad ' || n
};

create or replace table staging.stg_wicked__clicks as
with drawn as (
    select
        i,
        case
            when i < least(50000, $clicks // 200) then 0
            when i % 3 = 0 then draw($customers, 1.7)
            else $customers + draw(4 * $customers, 1.3)
        end as contact,
        moment() as clicked_at,
        draw(80, 1.3) as ad_number
    from range($clicks) as numbers(i)
)

-- one click in a hundred is from before the sign-up: of an unknown contact, with the e-mail as people write it
select
    'shop' as account, md5(cast(i as varchar)) || '-1' as click_key,
    if(i % 100 = 7, 'ANON-' || i, 'AB-' || (1000000 + contact)) as contact_id,
    's-' || contact as contact_source_id, clicked_at,
    if(i % 100 = 7, 'C' || contact || '@Example.com', 'c' || contact || '@example.com') as email,
    false as is_first_click, i % 50 = 1 as is_first_optin, false as is_last_click, i % 50 = 2 as is_re_optin,
    'hubspot' as source, ad.source as utm_source, ad.medium as utm_medium, ad.campaign as utm_campaign,
    ad.content as utm_content, cast(null as varchar) as utm_term, ad.source as touch_source, ad.medium as touch_medium,
    ad.campaign as touch_campaign, ad.content as touch_content, cast(null as varchar) as touch_term, 'record' as utm_from,
    (1::bigint << 60) + (i << 20) as order_in_instant, cast(null as varchar) as wicked_id,
    cast(null as varchar) as wicked_source, 'https://shop.example.com/' as tracking_url,
    cast(clicked_at as date) as partition_date, timestamp '2024-01-01' as fetched_at
from (select *, ad(ad_number) as ad from drawn);

create or replace macro touch(present, ordered_at, n) as case
    when present then {'at': ordered_at - to_hours(n * 37 % 900), 'ad': ad(n)}
end;

create or replace table staging.stg_wicked__orders as
with drawn as (
    select
        i, draw($customers, 1.7) as contact, moment() as ordered_at, draw(80, 1.3) as f_ad, draw(80, 1.3) as o_ad,
        draw(80, 1.3) as r_ad, draw(80, 1.3) as l_ad
    from range($orders) as numbers(i)
),

touched as (
    select
        *, touch(i % 5 > 0, ordered_at, f_ad) as f, touch(i % 5 > 1, ordered_at, o_ad) as o,
        touch(i % 5 > 2, ordered_at, r_ad) as r, touch(i % 7 > 0, ordered_at, l_ad) as l
    from drawn
)

select
    'shop' as account, 'WR-' || i as order_id, 'stripe/WR-' || i as order_key, 's-' || i as source_id,
    'stripe' as source_system, ordered_at,
    'AB-' || (1000000 + contact) as contact_id, 's-' || contact as contact_source_id,
    'c' || contact || '@example.com' as contact_email,
    -- a trial costs nothing, and of a thousand orders two are refunds
    cast((i * 7919 % 20000) / if(i % 500 = 3, -100, 100) as decimal(18, 4)) as amount,
    case when i % 10 < 8 then 'USD' else 'EUR' end as currency,
    case when i % 10 = 1 then 'sub-' || contact end as subscription_id,
    f.at as first_click_at, f.ad.source as first_click_source, f.ad.medium as first_click_medium,
    f.ad.campaign as first_click_campaign, f.ad.content as first_click_content, cast(null as varchar) as first_click_term,
    o.at as first_optin_at, o.ad.source as first_optin_source, o.ad.medium as first_optin_medium,
    o.ad.campaign as first_optin_campaign, o.ad.content as first_optin_content, cast(null as varchar) as first_optin_term,
    r.at as re_optin_at, r.ad.source as re_optin_source, r.ad.medium as re_optin_medium,
    r.ad.campaign as re_optin_campaign, r.ad.content as re_optin_content, cast(null as varchar) as re_optin_term,
    l.at as last_click_at, l.ad.source as last_click_source, l.ad.medium as last_click_medium,
    l.ad.campaign as last_click_campaign, l.ad.content as last_click_content, cast(null as varchar) as last_click_term,
    cast(ordered_at as date) as partition_date, timestamp '2024-01-01' as fetched_at
from touched;

create or replace table staging.stg_wicked__order_payments as
select
    account, order_id, order_key, 1 as payment_number, ordered_at as paid_at,
    case
        when hash(order_id) % 20 = 0 then 'FAILED'
        when hash(order_id) % 40 = 1 then 'REFUNDED'
        else 'APPROVED'
    end as status,
    amount
from staging.stg_wicked__orders
where amount >= 0
union all
select account, order_id, order_key, 2, ordered_at, 'Partially Refunded', amount / 2
from staging.stg_wicked__orders
where hash(order_id) % 40 = 3 and amount > 0;

create or replace table staging.stg_wicked__order_products as
select
    account, order_id, order_key, 1 as line_number, 'P-' || hash(order_id, 1) % 10 as product_id,
    cast(null as varchar) as product_name, cast(1 as decimal(18, 4)) as quantity, amount as unit_price
from staging.stg_wicked__orders;

create or replace table staging.stg_wicked__contacts as
select
    'shop' as account, 'AB-' || (1000000 + i) as contact_id, 's-' || i as source_id, 'shop' as source_system,
    'c' || i || '@example.com' as email, cast(null as varchar) as first_name, cast(null as varchar) as last_name,
    cast(0 as decimal(18, 4)) as ltv,
    timestamp '2020-09-01' + to_days(cast(i * 7 % 1000 as integer)) as created_at,
    cast(null as timestamp) as first_click_at, cast(null as varchar) as first_click_source,
    cast(null as varchar) as first_click_medium, cast(null as varchar) as first_click_campaign,
    cast(null as varchar) as first_click_content, cast(null as varchar) as first_click_term,
    cast(null as timestamp) as first_optin_at, cast(null as varchar) as first_optin_source,
    cast(null as varchar) as first_optin_medium, cast(null as varchar) as first_optin_campaign,
    cast(null as varchar) as first_optin_content, cast(null as varchar) as first_optin_term,
    cast(null as timestamp) as re_optin_at, cast(null as varchar) as re_optin_source,
    cast(null as varchar) as re_optin_medium, cast(null as varchar) as re_optin_campaign,
    cast(null as varchar) as re_optin_content, cast(null as varchar) as re_optin_term,
    cast(null as varchar) as wicked_url, true as has_clicks, date '2021-01-01' as partition_date,
    timestamp '2024-01-01' as fetched_at
from range(5 * $customers) as numbers(i);

create or replace table staging.stg_wicked__ad_spend as
select
    'shop' as account, day as date, ad(n).source as source, ad(n).medium as medium, ad(n).campaign as campaign,
    ad(n).content as content, cast(null as bigint) as clicks, cast(null as bigint) as impressions, 'USD' as currency,
    cast(10 + n as decimal(18, 4)) as spend, cast(null as varchar) as ad_account, 'spend.csv' as file,
    timestamp '2024-01-01' as loaded_at, timestamp '2024-01-01' as said_at
from range(80) as ads(n)
cross join (select unnest(range(date '2021-01-01', date '2024-01-01', interval 1 day))::date as day);
