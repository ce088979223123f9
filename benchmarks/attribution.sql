-- The figures of all attribution marts as one script by hand, from staging: what dbt takes longer is the price of its
-- layers, and the rows must be the same. It serves the benchmark's world alone: one account and its zone, channels by
-- `source_medium`, all other variables as they ship. The removal effects, which aren't SQL, are worked out by dbt's own
-- Python from `moves` into `effects`: there the script is cut in two.
create schema plain;

create macro normal(word) as trim(regexp_replace(lower(replace(coalesce(word, ''), '%20', ' ')), '\s+', ' ', 'g'));
create macro part(units, before, through) as
    if(through >= 1, units, floor(units * through + 0.50001)::bigint) - floor(units * before + 0.50001)::bigint;
create macro money(units) as (units / 10000)::decimal(18, 4);

-- five words are one number, and so is what is counted together: a day, a currency, and first or repeat orders
create temp table ads as
with spelt as (
    select distinct
        touch_source as source, touch_medium as medium, touch_campaign as campaign, touch_content as content,
        touch_term as term
    from staging.stg_wicked__clicks
    union
    select first_click_source, first_click_medium, first_click_campaign, first_click_content, first_click_term
    from staging.stg_wicked__orders
    union
    select first_optin_source, first_optin_medium, first_optin_campaign, first_optin_content, first_optin_term
    from staging.stg_wicked__orders
    union
    select re_optin_source, re_optin_medium, re_optin_campaign, re_optin_content, re_optin_term
    from staging.stg_wicked__orders
    union
    select last_click_source, last_click_medium, last_click_campaign, last_click_content, last_click_term
    from staging.stg_wicked__orders
    union
    select source, medium, campaign, content, null from staging.stg_wicked__ad_spend
), normalised as (
    select *, normal(source) as s, normal(medium) as m, normal(campaign) as c from spelt
)
select
    hash(source, medium, campaign, content, term) as ad, source, medium, campaign, content, term, s, m, c,
    case
        when s in ('', 'direct', '(direct)') and m in ('', 'direct', 'none', '(none)', '(not set)') then 'Direct'
        else coalesce(nullif(s, ''), '(not set)') || ' / ' || coalesce(nullif(m, ''), '(not set)')
    end as channel,
    dense_rank() over (order by channel) as channel_no,
    dense_rank() over (order by source, medium, campaign) as campaign_no,
    dense_rank() over (order by s, m, c) as line_no,
    hash(nullif(s, 'direct'), nullif(m, 'direct'), nullif(c, 'direct'), normal(content), normal(term)) as words
from normalised;

-- a click of an unknown contact is the only one's with its e-mail
create temp table guests as
with addresses as (
    select lower(trim(email)) as address, any_value(contact_id) as contact_id
    from staging.stg_wicked__contacts
    group by all
    having count(*) = 1
)
select click_key, addresses.contact_id
from (from staging.stg_wicked__clicks anti join staging.stg_wicked__contacts using (contact_id)) as clicks
inner join addresses on lower(trim(clicks.email)) = address;

create temp view whose_clicks as
select clicks.* replace (coalesce(guests.contact_id, clicks.contact_id) as contact_id)
from staging.stg_wicked__clicks as clicks
left join guests using (click_key);

create temp table contacts as
select contact_id, row_number() over () as contact_no, count(*) as clicks
from whose_clicks
group by contact_id;

create temp table valued as
with paid as (
    select
        order_key, coalesce(sum(amount) filter (where upper(status) in ('APPROVED', 'MANUAL')), 0) as paid,
        coalesce(sum(amount) filter (where upper(status) in ('REFUNDED', 'PARTIALLY REFUNDED')), 0) as refunded,
        bool_or(upper(status) in ('APPROVED', 'MANUAL', 'REFUNDED', 'PARTIALLY REFUNDED') and amount > 0) as was_paid
    from staging.stg_wicked__order_payments
    group by order_key
)
select
    orders.*, contact_no, timezone('America/New_York', timezone('UTC', ordered_at))::date as order_date,
    -- in this world an order that was paid whole has its refund beside, and any other shows it by the status
    case
        when paid.order_key is null then amount
        when paid.paid >= amount and paid.paid > 0 then paid.paid - paid.refunded
        else paid.paid
    end as net_revenue,
    coalesce(paid.refunded, 0) as refunded_revenue, amount > 0 and coalesce(was_paid, true) as is_purchase
from staging.stg_wicked__orders as orders
left join paid using (order_key)
left join contacts using (contact_id);

-- a refund that came as an order carries what its purchase carries
create temp table taken_back as
select refunds.order_key, purchases.order_key as sale_key
from valued as refunds
inner join valued as purchases using (contact_id, currency)
left join staging.stg_wicked__order_products as refunded on refunds.order_key = refunded.order_key
left join staging.stg_wicked__order_products as bought on purchases.order_key = bought.order_key
where refunds.amount < 0 and purchases.is_purchase and purchases.ordered_at <= refunds.ordered_at
qualify row_number() over (
    partition by refunds.order_key
    order by
        coalesce(refunds.subscription_id = purchases.subscription_id, false) desc,
        refunded.product_id = bought.product_id desc, purchases.amount = -refunds.amount desc,
        purchases.amount >= -refunds.amount desc, purchases.ordered_at desc, purchases.order_key desc
) = 1;

create table plain.orders as
with sales as (
    select
        source_system, subscription_id, arg_min(order_key, (ordered_at, order_id, order_key)) as first_sale,
        min(ordered_at) as first_at
    from valued
    where subscription_id is not null and is_purchase
    group by all
), carried as (
    select valued.order_key, coalesce(sale_key, valued.order_key) as sale_key
    from valued
    left join taken_back using (order_key)
), pathed as (
    select carried.order_key, sale_key, if(sale.ordered_at >= first_at, first_sale, sale_key) as path_order_key
    from carried
    inner join valued as sale on carried.sale_key = sale.order_key
    left join sales
        on sale.source_system = sales.source_system and sale.subscription_id = sales.subscription_id
), numbered as (
    select
        *, row_number() over (
            partition by contact_id, is_purchase order by ordered_at, order_id, order_key
        ) as number
    from valued
), people as (
    select contact_id, coalesce(created_at, first_order_at) as acquired_at
    from staging.stg_wicked__contacts
    left join (select contact_id, min(ordered_at) as first_order_at from valued where is_purchase group by all)
        using (contact_id)
)
select
    row_number() over () as order_no, order_key, order_id, numbered.contact_id, contact_no, ordered_at, order_date,
    currency, sale_key, path_order_key, amount as gross_revenue, refunded_revenue, net_revenue,
    (amount * 10000)::bigint as gross, (net_revenue * 10000)::bigint as net, is_purchase, if(is_purchase, number, null) as customer_order_number,
    is_purchase and number = 1 as is_first_order, sale_is_first, hash(order_date, currency, sale_is_first) as day,
    acquired_at < (select min(clicked_at) from staging.stg_wicked__clicks) as came_before
from numbered
inner join pathed using (order_key)
inner join (select order_key as sale_key, is_purchase and number = 1 as sale_is_first from numbered) using (sale_key)
left join people using (contact_id);

create temp table days as select distinct day, order_date, currency, sale_is_first as is_first_order from plain.orders;

-- a path is a range of click numbers
create temp table clicks as
select
    row_number() over clicked as click_no, lag(channel_no) over clicked as previous_channel_no, contact_no, clicked_at,
    ad, channel_no
from (
    select
        contact_no, clicked_at, order_in_instant,
        hash(touch_source, touch_medium, touch_campaign, touch_content, touch_term) as ad
    from whose_clicks
    inner join contacts using (contact_id)
)
inner join (select ad, channel_no from ads) using (ad)
window clicked as (order by contact_no, clicked_at, order_in_instant);

-- only who ordered has paths
create temp table instants as
select contact_no, clicked_at, min(click_no) as first_no, max(click_no) as last_no
from clicks
where contact_no in (select contact_no from plain.orders)
group by contact_no, clicked_at;

create temp table order_paths as
with ended as (
    select order_key, orders.contact_no, ordered_at - to_days(90) as starts_at, last_no as path_to
    from plain.orders
    asof join instants on orders.contact_no = instants.contact_no and orders.ordered_at >= instants.clicked_at
), own as (
    select order_key, first_no as path_from, path_to
    from ended
    asof join instants on ended.contact_no = instants.contact_no and ended.starts_at <= instants.clicked_at
    where first_no <= path_to
)
select
    order_no, day, currency, ordered_at, gross, net, is_purchase, path_from, path_to,
    dense_rank() over (order by path_from, path_to) as path_no
from plain.orders
inner join own on own.order_key = orders.path_order_key;

create temp table path_clicks as
with paths as (
    select path_no, path_from, path_to, count(*) filter (where is_purchase) as purchases
    from order_paths
    group by all
), numbers as (
    select paths.*, clicked_at as last_at, unnest(range(path_from, path_to + 1)) as click_no
    from paths
    inner join clicks on click_no = path_to
)
select
    path_no, purchases, click_no, click_no - path_from + 1 as position, path_to - path_from + 1 as touches,
    clicked_at, ad, channel_no, if(click_no > path_from, previous_channel_no, null) as previous_channel_no,
    pow(2, (epoch(clicked_at) - epoch(last_at)) / (7 * 86400)) as weight
from numbers
inner join clicks using (click_no);

create temp table path_channels as
select
    path_no, any_value(purchases) as purchases, any_value(touches) as path_touches, channel_no, count(*) as touches,
    min(position) as first_position, max(position) as last_position, sum(weight) as weight
from path_clicks
group by path_no, channel_no;

-- the chain: 0 is the start, -1 conversion, -2 the end without it; equal neighbours are one step
create temp table moves as
with others as (
    select
        contact_no, channel_no, lag(channel_no) over others_clicked as previous_channel_no,
        lead(channel_no) over others_clicked is null as is_last
    from clicks
    anti join (from path_clicks where purchases > 0) as used using (click_no)
    window others_clicked as (partition by contact_no order by click_no)
), steps as (
    select previous_channel_no, channel_no, if(position = touches, -1, null) as ending, sum(purchases) as weight
    from path_clicks
    where purchases > 0
    group by all
    union all
    select previous_channel_no, channel_no, if(is_last, -2, null), count(*) from others group by all
)
select coalesce(previous_channel_no, 0) as source, channel_no as target, sum(weight)::double as weight
from steps
where previous_channel_no is distinct from channel_no
group by all
union all
select channel_no, ending, sum(weight) from steps where ending is not null group by all;

-- here the removal effects are worked out

create table plain.touches as
with channels as (
    select path_channels.*, effect, if(channel <> 'Direct', last_position, null) as last_indirect
    from path_channels
    left join effects using (channel_no)
    inner join (select distinct channel_no, channel from ads) using (channel_no)
), paths as (
    select
        path_no, count(*) as channels, sum(weight) as weight, sum(effect) as effect,
        coalesce(max(last_indirect), any_value(path_touches)) as last_non_direct
    from channels
    group by path_no
), credits as (
    select
        path_no, channel_no, last_non_direct, paths.weight as path_weight, 1 / (paths.channels * touches) as shapley,
        if(paths.effect > 0, channels.effect / paths.effect / touches, 1 / path_touches) as markov
    from channels
    inner join paths using (path_no)
)
select
    path_no, position, touches, clicked_at, ad, position = last_non_direct as is_last_non_direct,
    weight / path_weight as decay, shapley, markov,
    if(position = touches, 1, sum(weight / path_weight) over path) as decay_through,
    if(position = touches, 1, sum(shapley) over path) as shapley_through,
    if(position = touches, 1, sum(markov) over path) as markov_through
from path_clicks
inner join credits using (path_no, channel_no)
window path as (partition by path_no order by position rows unbounded preceding);

create table plain.channel_contribution as
with orders as (
    select currency, path_no, count(*) as orders, sum(net) / 10000 as net
    from order_paths
    where is_purchase
    group by all
), totals as (
    select currency, sum(orders) as orders, sum(net) as net from orders group by currency
), touched as (
    select currency, channel_no, sum(orders) as orders, sum(orders / channels) as value, sum(net / channels) as net
    from orders
    inner join (select path_no, channel_no, count(*) over (partition by path_no) as channels from path_channels)
        using (path_no)
    group by all
)
select
    totals.currency, channel, coalesce(touched.orders, 0) as touched_orders, effect as removal_effect,
    effect / sum(effect) over (partition by totals.currency) as removal_share,
    totals.orders * removal_share as markov_conversions, totals.net * removal_share as markov_net_revenue,
    coalesce(touched.value, 0) as shapley_conversions, coalesce(touched.net, 0) as shapley_net_revenue
from totals
cross join effects
inner join (select distinct channel_no, channel from ads) using (channel_no)
left join touched using (currency, channel_no);

create table plain.conversion_paths as
with paths as (
    select path_no, list_sort(list(position << 20 | channel_no)) as steps
    from path_clicks
    where previous_channel_no is distinct from channel_no
    group by path_no
), taken as (
    select
        currency, list_transform(steps, lambda step: (step & 1048575)::integer) as steps, count(*) as orders,
        sum(net) as net, median(epoch(ordered_at - clicked_at) / 86400) as days
    from order_paths
    inner join paths using (path_no)
    inner join (select click_no as path_from, clicked_at from clicks) using (path_from)
    where is_purchase
    group by all
)
select
    currency, array_to_string(list_transform(steps, lambda step: names[step]), ' > ') as path, len(steps) as touches,
    orders, money(net) as net_revenue, days as median_days_to_order
from taken
cross join (
    select list(channel order by channel_no) as names from (select distinct channel_no, channel from ads)
);

create table plain.path_lengths as
select currency, touches, sum(orders) as orders, sum(net_revenue) as net_revenue
from plain.conversion_paths
group by all;

create table plain.assisted_conversions as
select
    currency, channel, count(*) filter (where first_position = 1) as began,
    count(*) filter (where last_position = path_touches) as ended,
    count(*) filter (where last_position < path_touches) as assisted,
    count(*) filter (where touches = path_touches) as alone
from order_paths
inner join path_channels using (path_no)
inner join (select distinct channel_no, channel from ads) using (channel_no)
where is_purchase
group by all;

-- an order and touchpoint a row, without ad where the API has none
create temp table touchpoints as
with given as (
    select
        order_no, contact_no, day, is_purchase, gross, net, first_click_at as f_at,
        first_optin_at as o_at, re_optin_at as r_at, last_click_at as l_at,
        hash(first_click_source, first_click_medium, first_click_campaign, first_click_content, first_click_term) as f,
        hash(first_optin_source, first_optin_medium, first_optin_campaign, first_optin_content, first_optin_term) as o,
        hash(re_optin_source, re_optin_medium, re_optin_campaign, re_optin_content, re_optin_term) as r,
        hash(last_click_source, last_click_medium, last_click_campaign, last_click_content, last_click_term) as l,
        hash(null::varchar, null::varchar, null::varchar, null::varchar, null::varchar) as none
    from staging.stg_wicked__orders
    inner join (
        select order_no, sale_key as order_key, contact_no, day, is_purchase, gross, net from plain.orders
    ) using (order_key)
), found as (
    select
        * replace (
            if(f_at is null and f = none, null, f) as f, if(o_at is null and o = none, null, o) as o,
            if(r_at is null and r = none, null, r) as r, if(l_at is null and l = none, null, l) as l
        )
    from given
), listed as (
    select
        order_no, contact_no, day, is_purchase, gross, net, (f is not null)::integer as has_f,
        (o is not null)::integer as has_o, (r is not null)::integer as has_r,
        has_f + has_o + has_r + (l is not null)::integer as of, unnest([
            {'touchpoint': 'first_click', 'at': f_at, 'ad': f, 'place': 1, 'repeats': false},
            {'touchpoint': 'first_optin', 'at': o_at, 'ad': o, 'place': has_f + 1, 'repeats': (o_at, o) = (f_at, f)},
            {
                'touchpoint': 're_optin', 'at': r_at, 'ad': r, 'place': has_f + has_o + 1,
                'repeats': (r_at, r) in ((f_at, f), (o_at, o))
            },
            {
                'touchpoint': 'last_click', 'at': l_at, 'ad': l, 'place': has_f + has_o + has_r + 1,
                'repeats': (l_at, l) in ((f_at, f), (o_at, o), (r_at, r))
            }
        ], recursive := true)
    from found
)
select
    * exclude (has_f, has_o, has_r), ad is not null or (of = 0 and touchpoint = 'first_click') as in_linear,
    in_linear and not coalesce(repeats, false) as in_full_impact
from listed;

-- what each model gives, a row a day and ad; the orders of models that share one are counted apart, by family
create macro single(model, present, is_purchase, gross, net) as {
    'model': model, 'family': null::varchar, 'rows': count(*) filter (where present),
    'orders': count(*) filter (where present and is_purchase),
    'credit': (count(*) filter (where present and is_purchase))::double,
    'gross': coalesce(sum(gross) filter (where present), 0), 'net': coalesce(sum(net) filter (where present), 0)
};
create macro shared(model, family, present, is_purchase, credit, before, through, gross, net) as {
    'model': model, 'family': family, 'rows': count(*) filter (where present),
    'orders': count(*) filter (where present and is_purchase),
    'credit': coalesce(sum(credit) filter (where present and is_purchase), 0)::double,
    'gross': coalesce(sum(part(gross, before, through)) filter (where present), 0),
    'net': coalesce(sum(part(net, before, through)) filter (where present), 0)
};

create temp table attributed as
with touches as (
    select
        orders.day, is_purchase, gross, net, ad, coalesce(position, 1) as nth, coalesce(touches, 1) as of,
        coalesce(is_last_non_direct, true) as is_last_non_direct, coalesce(decay, 1) as decay,
        coalesce(decay_through, 1) as decay_through, coalesce(shapley, 1) as shapley,
        coalesce(shapley_through, 1) as shapley_through, coalesce(markov, 1) as markov,
        coalesce(markov_through, 1) as markov_through,
        case when nth = of then 1 when of = 2 then 0.5 else 0.4 + 0.2 * (nth - 1) / (of - 2) end as u_through,
        case when of = 1 then 1 when of = 2 then 0.5 when nth in (1, of) then 0.4 else 0.2 / (of - 2) end as u
    from plain.orders
    left join (select order_no, path_no from order_paths) using (order_no)
    left join plain.touches using (path_no)
), clicked as (
    select
        day, ad, [
            single('first_touch', nth = 1, is_purchase, gross, net),
            single('last_touch', nth = of, is_purchase, gross, net),
            single('last_non_direct', is_last_non_direct, is_purchase, gross, net),
            shared('linear_touch', 'click', true, is_purchase, 1 / of, (nth - 1) / of, nth / of, gross, net),
            shared('position_based', 'click', true, is_purchase, u, u_through - u, u_through, gross, net),
            shared('time_decay', 'click', true, is_purchase, decay, decay_through - decay, decay_through, gross, net),
            shared(
                'shapley', 'click', true, is_purchase, shapley, shapley_through - shapley, shapley_through, gross, net
            ),
            shared('markov', 'click', true, is_purchase, markov, markov_through - markov, markov_through, gross, net)
        ] as models
    from touches
    group by day, ad
), told as (
    select
        day, ad, [
            single('first_click', touchpoint = 'first_click', is_purchase, gross, net),
            single('first_optin', touchpoint = 'first_optin', is_purchase, gross, net),
            single('re_optin', touchpoint = 're_optin', is_purchase, gross, net),
            single('last_click', touchpoint = 'last_click', is_purchase, gross, net),
            shared(
                'linear', 'touchpoint', in_linear, is_purchase, 1 / greatest(of, 1), (place - 1) / greatest(of, 1),
                place / greatest(of, 1), gross, net
            ),
            shared('full_impact', 'touchpoint', in_full_impact, is_purchase, 1, 0, 1, gross, net)
        ] as models
    from touchpoints
    group by day, ad
)
select day, ad, unnest(models, recursive := true)
from (from clicked union all from told);
delete from attributed where rows = 0;

-- purchases that an ad, a campaign, and a campaign however it is spelt touched, each once
create temp table touched as
with pairs as (
    select 'click' as family, day, path_no as one, count(*) as orders, path_no
    from order_paths
    where is_purchase
    group by all
), touches as (
    select distinct path_no, ad from plain.touches
), api as (
    select distinct order_no, day, ad from touchpoints where is_purchase and ad is not null
), numbers as (
    select ad, campaign_no, line_no from ads
), levels as (
    select 'ad' as level, path_no, ad as id from touches
    union all
    select distinct 'campaign', path_no, campaign_no from touches inner join numbers using (ad)
    union all
    select distinct 'line', path_no, line_no from touches inner join numbers using (ad)
), api_levels as (
    select 'ad' as level, order_no, day, ad as id from api
    union all
    select distinct 'campaign', order_no, day, campaign_no from api inner join numbers using (ad)
    union all
    select distinct 'line', order_no, day, line_no from api inner join numbers using (ad)
)
select 'click' as family, level, day, id, sum(orders) as orders
from pairs
inner join levels using (path_no)
group by all
union all
select 'touchpoint', level, day, id, count(*) from api_levels group by all;

create view plain.attribution_content_daily as
select
    order_date, model as attribution_model, source, medium, campaign, content, term, currency,
    case
        when attributed.family is null or attributed.ad is null then attributed.orders else coalesce(touched.orders, 0)
    end as orders,
    credit, money(gross) as attributed_gross, money(net) as attributed_net, channel, is_first_order
from attributed
inner join days using (day)
left join ads using (ad)
left join (from touched where level = 'ad') as touched
    on attributed.family = touched.family and attributed.day = touched.day and attributed.ad = touched.id;

create table plain.attribution_daily as
with campaigns as (
    select distinct campaign_no, source, medium, campaign, channel from ads
), summed as (
    select
        day, model, family, campaign_no, sum(orders) as orders, sum(credit) as credit, sum(gross) as gross,
        sum(net) as net
    from attributed
    left join (select ad, campaign_no from ads) using (ad)
    group by all
)
select
    order_date, model as attribution_model, source, medium, campaign, currency,
    case
        when summed.family is null or campaign_no is null then summed.orders else coalesce(touched.orders, 0)
    end as orders,
    credit, money(gross) as attributed_gross, money(net) as attributed_net, channel, is_first_order
from summed
inner join days using (day)
left join campaigns using (campaign_no)
left join (from touched where level = 'campaign') as touched
    on summed.family = touched.family and summed.day = touched.day and campaign_no = touched.id;

create table plain.model_comparison as
with months as (
    select date_trunc('month', order_date)::date as month, currency, channel, attribution_model, attributed_net
    from plain.attribution_daily
)
from (
    pivot months
    on attribution_model in (
        'first_click', 'first_optin', 're_optin', 'last_click', 'linear', 'full_impact', 'first_touch', 'last_touch',
        'last_non_direct', 'linear_touch', 'position_based', 'time_decay', 'shapley', 'markov'
    )
    using coalesce(sum(attributed_net), 0)
    group by month, currency, channel
);

create table plain.attribution_coverage as
with totals as (
    select
        date_trunc('month', order_date)::date as month, currency, sum(net_revenue) as total_net,
        coalesce(sum(net_revenue) filter (where came_before), 0) as acquired_before_tracking_net
    from plain.orders
    group by all
), attributed as (
    select
        date_trunc('month', order_date)::date as month, currency, attribution_model,
        coalesce(sum(attributed_net) filter (where channel is not null), 0) as attributed_net
    from plain.attribution_daily
    group by all
)
select
    *, (attributed_net / nullif(total_net - acquired_before_tracking_net, 0))::double as coverage
from attributed
inner join totals using (month, currency);

create table plain.channel_performance as
with lines as (
    select distinct line_no, nullif(s, '') as source, nullif(m, '') as medium, nullif(c, '') as campaign, channel
    from ads
), earned as (
    select day, model, family, line_no, sum(orders) as orders, sum(net) as net
    from attributed
    left join (select ad, line_no from ads) using (ad)
    group by all
), counted as (
    select
        order_date as date, currency, model as attribution_model, line_no, is_first_order, net,
        case
            when earned.family is null or line_no is null then earned.orders else coalesce(touched.orders, 0)
        end as orders
    from earned
    inner join days using (day)
    left join (from touched where level = 'line') as touched
        on earned.family = touched.family and earned.day = touched.day and line_no = touched.id
), spent as (
    select date, currency, line_no, sum(spend) as spend
    from (select *, hash(source, medium, campaign, content, null::varchar) as ad from staging.stg_wicked__ad_spend)
    inner join (select ad, line_no from ads) using (ad)
    group by all
), sources as (
    select source, currency, min(date) as first_day, max(date) as last_day
    from spent
    inner join lines using (line_no)
    group by all
), told as (
    -- spend is one file: it tells of each day from a source's first line to its last, for the campaigns it ever names
    select distinct line_no, currency, first_day, last_day
    from spent
    inner join lines using (line_no)
    inner join sources using (source, currency)
), together as (
    select date, currency, attribution_model, line_no, null as spend, orders, if(is_first_order, orders, 0) as new, net
    from counted
    union all
    select date, currency, attribution_model, line_no, spend, 0, 0, 0
    from spent
    cross join (select distinct model as attribution_model from attributed)
), summed as (
    select
        date, currency, attribution_model, line_no, sum(spend) as spend, sum(orders) as orders,
        sum(new) as new_customers, money(sum(net)) as attributed_net
    from together
    group by all
)
select
    date, attribution_model, channel, source, medium, campaign, currency, spend, orders, new_customers, attributed_net,
    case when spend > 0 then (attributed_net / spend)::double end as roas,
    case when spend >= 0 then (spend / nullif(orders, 0))::double end as cpa,
    case when spend >= 0 then (spend / nullif(new_customers, 0))::double end as ncac, attributed_net - spend as profit
from (
    select summed.* replace (coalesce(spend, if(first_day is not null, 0, null)) as spend)
    from summed
    left join told
        on summed.line_no = told.line_no and summed.currency = told.currency and date between first_day and last_day
)
left join lines using (line_no);

-- each order's touchpoints beside those that the clicks tell
create table plain.touchpoint_reconciliation as
with flagged as (
    select contact_no, clicked_at, order_in_instant, is_first_optin, is_re_optin,
        hash(touch_source, touch_medium, touch_campaign, touch_content, touch_term) as ad
    from whose_clicks
    inner join contacts using (contact_id)
    where is_first_optin or is_re_optin
), buyers as (
    select contact_no, min(first_no) as click_no from instants group by contact_no
), sales as (
    select rebills.order_no, orders.contact_no, orders.ordered_at
    from plain.orders as rebills
    inner join plain.orders on rebills.path_order_key = orders.order_key
), ours as (
    select order_no, 'first_click' as touchpoint, ordered_at, clicked_at, ad
    from plain.orders
    inner join buyers using (contact_no)
    inner join clicks using (click_no)
    union all
    select order_no, 'first_optin', ordered_at, clicked_at, ad
    from plain.orders
    inner join (
        select contact_no, unnest(arg_min({'clicked_at': clicked_at, 'ad': ad}, (clicked_at, order_in_instant)))
        from flagged
        where is_first_optin
        group by contact_no
    ) using (contact_no)
    union all
    select order_no, 're_optin', ordered_at, clicked_at, ad
    from plain.orders
    asof join (
        select contact_no, clicked_at, arg_max(ad, order_in_instant) as ad from flagged where is_re_optin group by all
    ) as re_optins on orders.contact_no = re_optins.contact_no and ordered_at >= clicked_at
    union all
    select order_no, 'last_click', ordered_at, instants.clicked_at, ad
    from sales
    asof join instants on sales.contact_no = instants.contact_no and ordered_at >= instants.clicked_at
    inner join clicks on click_no = last_no
), compared as (
    select
        touchpoints.order_no, touchpoints.contact_no, touchpoints.touchpoint, ours.ordered_at, touchpoints.at as api_at,
        touchpoints.ad as api_ad, api.words as api_words, ours.clicked_at, ours.ad,
        date_trunc('second', touchpoints.at) = date_trunc('second', ours.clicked_at) as same_second,
        api.words = clicked.words as same_words, epoch(touchpoints.at) - epoch(ours.clicked_at) as apart
    from touchpoints
    left join ours using (order_no, touchpoint)
    left join ads as api on touchpoints.ad = api.ad
    left join ads as clicked on ours.ad = clicked.ad
    where order_no in (select order_no from plain.orders where sale_key = order_key)
), judged as (
    select
        *, case when api_ad is null then clicked_at is null else coalesce(same_second and same_words, false) end as agrees
    from compared
), elsewhere as (
    select distinct order_no, touchpoint
    from judged
    inner join (select contact_no, ad, date_trunc('second', clicked_at) as second from clicks) as other
        on judged.contact_no = other.contact_no and date_trunc('second', api_at) = second
    inner join ads on other.ad = ads.ad and api_words = words
    where not agrees
)
select
    order_key, order_id, touchpoint, api_at as api_touched_at, api_ad, clicked_at as click_touched_at, ad, agrees,
    case
        when agrees then null
        when api_ad is null and touchpoint = 'last_click' and clicked_at < ordered_at - to_days(1)
            then 'outside the look-back'
        when api_ad is null then 'none at the API'
        when same_second and not same_words then 'same second, other UTMs'
        when same_words and apart % 3600 = 0 and abs(apart) <= 14 * 3600 then 'whole-hour shift'
        when elsewhere.order_no is null then 'none in the clicks'
        when touchpoint in ('first_optin', 're_optin') then 'flagged differently'
        else 'another click of the contact'
    end as reason
from judged
inner join (select order_no, order_key, order_id from plain.orders) using (order_no)
left join elsewhere using (order_no, touchpoint);
