{%- set touchpoints = ['first_click', 'first_optin', 're_optin', 'last_click'] -%}

with

orders as (

    select
        attribution_orders.order_no,
        staged.*
    from {{ ref('stg_wicked__orders') }} as staged
    inner join {{ ref('int_attribution_orders') }} as attribution_orders
        on staged.account = attribution_orders.account
        and staged.order_id = attribution_orders.order_id

),

-- a touchpoint exists when any of its fields does
existing as (

    {% for touchpoint in touchpoints %}
    select
        order_no,
        '{{ touchpoint }}' as touchpoint,
        {{ loop.index }} as touchpoint_order,
        {{ touchpoint }}_at as touched_at,
        {{ utm_id(touchpoint ~ '_') }} as utm_id
    from orders
    where {{ touchpoint }}_at is not null
        or coalesce({% for field in utm_fields() %}{{ touchpoint }}_{{ field }}{{ ', ' if not loop.last }}{% endfor %}) is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        order_no,
        touchpoint,
        touched_at,
        utm_id,
        row_number() over (partition by order_no order by touchpoint_order) as position,
        count(*) over (partition by order_no) as touchpoints,
        -- one click may hold several: the first of them names it
        row_number() over (partition by order_no, touched_at, utm_id order by touchpoint_order) = 1 as names_its_click
    from existing

)

select * from final
