{{ config(materialized='view') }}

with

orders as (

    select * from {{ beside('int_attribution_orders') }}

),

order_paths as (

    select * from {{ beside('int_order_paths') }}

),

path_touches as (

    select * from {{ beside('int_path_touches') }}

),

final as (

    select
        orders.*,
        path_touches.path_no is not null as is_present,
        path_touches.clicked_at,
        path_touches.utm_key,
        -- an order without a path has one row, to which every model gives everything
        coalesce(path_touches.position, 1) as position,
        coalesce(path_touches.touches, 1) as touches,
        coalesce(path_touches.is_last_non_direct, true) as is_last_non_direct,
        {%- for model in stored_models() %}
        coalesce(path_touches.{{ model }}_units, cast(1e15 as bigint)) as {{ model }}_units,
        coalesce(path_touches.{{ model }}_units_through, cast(1e15 as bigint)) as {{ model }}_units_through{{ ',' if not loop.last }}
        {%- endfor %}
    from orders
    left join order_paths on orders.order_no = order_paths.order_no
    left join path_touches on order_paths.path_no = path_touches.path_no

)

select * from final
