{%- set single = single_touch_models() -%}
{%- set multi = multi_touch_models() -%}

with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

order_paths as (

    select * from {{ ref('int_order_paths') }}

),

path_touches as (

    select * from {{ ref('int_path_touches') }}

),

-- an order without a path has one row, which is all of every model
touches as (

    select
        orders.day_id,
        orders.is_purchase,
        orders.gross_units,
        orders.net_units,
        coalesce(path_touches.position, 1) as position,
        coalesce(path_touches.touches, 1) as touches,
        path_touches.utm_id,
        coalesce(path_touches.is_last_non_direct, true) as is_last_non_direct,
        {%- for model in ['time_decay', 'shapley', 'markov'] %}
        coalesce(path_touches.{{ model }}_credit, 1) as {{ model }}_credit,
        coalesce(path_touches.{{ model }}_units, 1e15) as {{ model }}_units{{ ',' if not loop.last }}
        {%- endfor %}
    from orders
    left join order_paths on orders.order_no = order_paths.order_no
    left join path_touches on order_paths.path_no = path_touches.path_no

),

final as (

    select
        day_id,
        utm_id,
        {%- for model, touch in single.items() %}
        count(*) filter (where {{ touch }}) as {{ model }}_rows,
        count(*) filter (where {{ touch }} and is_purchase) as {{ model }}_orders,
        sum(gross_units) filter (where {{ touch }}) as {{ model }}_gross,
        sum(net_units) filter (where {{ touch }}) as {{ model }}_net,
        {%- endfor %}
        {%- for model in multi %}
        sum(case when is_purchase then {{ touch_credit(model) }} else 0 end) as {{ model }}_credit,
        sum({{ cumulative_share('gross_units', touch_before(model), touch_through(model)) }}) as {{ model }}_gross,
        sum({{ cumulative_share('net_units', touch_before(model), touch_through(model)) }}) as {{ model }}_net{{ ',' if not loop.last }}
        {%- endfor %}
    from touches
    group by day_id, utm_id

)

select * from final
