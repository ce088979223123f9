with

orders as (

    select * from {{ ref('int_attribution_orders') }}
    where is_purchase

),

order_paths as (

    select * from {{ ref('int_order_paths') }}

),

path_clicks as not materialized (

    select * from {{ ref('int_path_clicks') }}
    where purchases > 0

),

channels as (

    select * from {{ ref('int_channels') }}

),

-- the channels' names by number
names as (

    select list(channel order by channel_no) as by_number
    from channels

),

steps as (

    select
        path_no,
        position,
        channel_no
    from path_clicks
    {% if var('path_transform') == 'first_path' -%}
    qualify row_number() over (partition by path_no, channel_no order by position) = 1
    {%- else -%}
    where previous_channel_no is distinct from channel_no
    {%- endif %}

),

-- position and channel packed into one number sort faster than a list ordered by another column
paths as (

    select
        path_no,
        list_transform(
            list_sort(list(position * 16777216 + channel_no)), lambda step: cast(step % 16777216 as integer)
        ) as channel_nos
    from steps
    group by path_no

),

first_clicks as (

    select
        path_no,
        clicked_at
    from path_clicks
    where position = 1

),

conversions as (

    select
        orders.account,
        orders.currency,
        paths.channel_nos,
        orders.net_revenue,
        epoch(orders.ordered_at - first_clicks.clicked_at) / 86400 as days_to_order
    from orders
    inner join order_paths on orders.order_no = order_paths.order_no
    inner join paths on order_paths.path_no = paths.path_no
    inner join first_clicks on order_paths.path_no = first_clicks.path_no

),

grouped as (

    select
        account,
        currency,
        channel_nos,
        count(*) as orders,
        sum(net_revenue) as net_revenue,
        median(days_to_order) as median_days_to_order
    from conversions
    group by account, currency, channel_nos

),

final as (

    select
        grouped.account,
        grouped.currency,
        array_to_string(list_transform(grouped.channel_nos, lambda number: names.by_number[number]), ' > ') as path,
        len(grouped.channel_nos) as touches,
        grouped.orders,
        {{ wide_money('grouped.net_revenue') }} as net_revenue,
        grouped.median_days_to_order
    from grouped
    cross join names

)

select * from final
