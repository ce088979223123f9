with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

order_paths as (

    select * from {{ ref('int_order_paths') }}

),

path_channels as (

    select * from {{ ref('int_path_channels') }}

),

effects as (

    select * from {{ ref('int_removal_effects') }}

),

channels as (

    select * from {{ ref('int_channels') }}

),

-- each purchase converts along its path
conversions as (

    select
        orders.account,
        orders.currency,
        order_paths.path_no,
        count(*) as orders,
        sum(orders.net_revenue) as net_revenue
    from orders
    inner join order_paths on orders.order_no = order_paths.order_no
    where orders.is_purchase
    group by all

),

totals as (

    select
        account,
        currency,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue
    from conversions
    group by account, currency

),

-- each distinct channel of a path gets an equal share of it: the exact Shapley value
shared as (

    select
        *,
        1 / count(*) over (partition by path_no) as shapley_share
    from path_channels

),

touched as (

    select
        conversions.account,
        conversions.currency,
        shared.channel_no,
        sum(conversions.orders) as orders,
        sum(conversions.orders * shared.shapley_share) as shapley_conversions,
        sum(conversions.net_revenue * shared.shapley_share) as shapley_net_revenue
    from conversions
    inner join shared on conversions.path_no = shared.path_no
    group by all

),

removed as (

    select
        account,
        channel_no,
        removal_effect,
        removal_effect / nullif(sum(removal_effect) over (partition by account), 0) as removal_share
    from effects

),

final as (

    select
        totals.account,
        totals.currency,
        channels.channel,
        cast(coalesce(touched.orders, 0) as bigint) as touched_orders,
        removed.removal_effect,
        removed.removal_share,
        cast(totals.orders * removed.removal_share as double) as markov_conversions,
        cast(totals.net_revenue * removed.removal_share as double) as markov_net_revenue,
        cast(coalesce(touched.shapley_conversions, 0) as double) as shapley_conversions,
        cast(coalesce(touched.shapley_net_revenue, 0) as double) as shapley_net_revenue
    from totals
    inner join removed on totals.account = removed.account
    inner join channels on removed.channel_no = channels.channel_no
    left join touched
        on totals.account = touched.account
        and totals.currency is not distinct from touched.currency
        and removed.channel_no = touched.channel_no

)

select * from final
