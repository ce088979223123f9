with

orders as (

    select * from {{ ref('int_attribution_orders') }}
    where is_purchase

),

order_paths as (

    select * from {{ ref('int_order_paths') }}

),

path_channels as (

    select
        *,
        count(*) over (partition by path_no) as channels
    from {{ ref('int_path_channels') }}
    where purchases > 0

),

channels as (

    select * from {{ ref('int_channels') }}

),

counted as (

    select
        orders.account,
        orders.currency,
        path_channels.channel_no,
        count(*) filter (where path_channels.first_position = 1) as began,
        count(*) filter (
            where path_channels.last_position = order_paths.path_to - order_paths.path_from + 1
        ) as ended,
        count(*) filter (
            where path_channels.last_position < order_paths.path_to - order_paths.path_from + 1
        ) as assisted,
        count(*) filter (where path_channels.channels = 1) as alone
    from orders
    inner join order_paths on orders.order_no = order_paths.order_no
    inner join path_channels on order_paths.path_no = path_channels.path_no
    group by all

),

final as (

    select
        counted.account,
        counted.currency,
        channels.channel,
        counted.began,
        counted.ended,
        counted.assisted,
        counted.alone
    from counted
    inner join channels on counted.channel_no = channels.channel_no

)

select * from final
