{{ config(materialized='view') }}

{#-
    The long form of the wide aggregates. `orders` hold for the models of one touch. Of a model that
    shares an order only those of orders without a touch are used; the others are counted by `family` (`counted_orders`).
-#}

with

clicks as (

    select * from {{ beside('int_click_attribution') }}

),

touchpoints as (

    select * from {{ beside('int_touchpoint_attribution') }}

),

unpivoted as (

    {% for model in single_touch_models() %}
    select
        day_id,
        '{{ model }}' as attribution_model,
        null as family,
        utm_id,
        {{ model }}_orders as orders,
        cast({{ model }}_orders as double) as credit,
        {{ model }}_gross as gross_units,
        {{ model }}_net as net_units
    from clicks
    where {{ model }}_rows > 0
    union all
    {% endfor %}
    {% for model in multi_touch_models() %}
    select
        day_id,
        '{{ model }}' as attribution_model,
        'click' as family,
        utm_id,
        first_touch_orders as orders,
        {{ model }}_credit as credit,
        {{ model }}_gross as gross_units,
        {{ model }}_net as net_units
    from clicks
    union all
    {% endfor %}
    {% for model in touchpoint_models() %}
    select
        day_id,
        '{{ model }}' as attribution_model,
        null as family,
        utm_id,
        {{ model }}_orders as orders,
        cast({{ model }}_orders as double) as credit,
        {{ model }}_gross as gross_units,
        {{ model }}_net as net_units
    from touchpoints
    where {{ model }}_rows > 0
    union all
    {% endfor %}
    {% for model in ['linear', 'full_impact'] %}
    select
        day_id,
        '{{ model }}' as attribution_model,
        'touchpoint' as family,
        utm_id,
        -- of the orders without a touchpoint, all; else counted by family
        full_impact_credit as orders,
        {{ model }}_credit as credit,
        {{ model }}_gross as gross_units,
        {{ model }}_net as net_units
    from touchpoints
    where {{ model }}_rows > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from unpivoted
