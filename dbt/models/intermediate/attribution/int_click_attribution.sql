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
        orders.account,
        orders.order_date,
        orders.is_first_order,
        orders.currency,
        orders.order_no,
        orders.is_purchase,
        orders.gross_revenue,
        orders.net_revenue,
        coalesce(path_touches.position, 1) as position,
        coalesce(path_touches.touches, 1) as touches,
        path_touches.utm_id,
        coalesce(path_touches.is_last_non_direct, true) as is_last_non_direct,
        {%- for model in ['time_decay', 'shapley', 'markov'] %}
        coalesce(path_touches.{{ model }}_credit, 1) as {{ model }}_credit,
        coalesce(path_touches.{{ model }}_before, 0) as {{ model }}_before,
        coalesce(path_touches.{{ model }}_through, 1) as {{ model }}_through{{ ',' if not loop.last }}
        {%- endfor %}
    from orders
    left join order_paths on orders.order_no = order_paths.order_no
    left join path_touches on order_paths.path_no = path_touches.path_no

),

final as (

    select
        account,
        order_date,
        is_first_order,
        currency,
        utm_id,
        count(distinct order_no) filter (where is_purchase) as touched_orders,
        {%- for model, touch in single.items() %}
        count(*) filter (where {{ touch }}) as {{ model }}_rows,
        count(*) filter (where {{ touch }} and is_purchase) as {{ model }}_orders,
        sum(gross_revenue) filter (where {{ touch }}) as {{ model }}_gross,
        sum(net_revenue) filter (where {{ touch }}) as {{ model }}_net,
        {%- endfor %}
        {%- for model in multi %}
        sum(case when is_purchase then {{ touch_credit(model) }} else 0 end) as {{ model }}_credit,
        sum({{ cumulative_share('gross_revenue', touch_before(model), touch_through(model)) }}) as {{ model }}_gross,
        sum({{ cumulative_share('net_revenue', touch_before(model), touch_through(model)) }}) as {{ model }}_net{{ ',' if not loop.last }}
        {%- endfor %}
    from touches
    group by account, order_date, is_first_order, currency, utm_id

)

select * from final
