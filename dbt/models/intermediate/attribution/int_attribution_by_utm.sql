{{ config(materialized='view') }}

{#-
    The long form of the wide sums. For models of one touch, `orders` is final. For a model that shares an order, only
    the count of orders without a touch is used; `counted_orders` counts the others by `family`.
-#}
{%- set unshared = {'click': 'first_touch', 'touchpoint': 'full_impact'} -%}

with

clicks as (

    select * from {{ beside('int_click_attribution') }}

),

touchpoints as (

    select * from {{ beside('int_touchpoint_attribution') }}

),

unpivoted as (

    {% for model in attribution_models() %}
    select
        day_key,
        '{{ model.name }}' as attribution_model,
        {{ 'null' if model.one_touch else "'" ~ model.family ~ "'" }} as family,
        utm_key,
        {{ model.name if model.one_touch else unshared[model.family] }}_credit as orders,
        cast({{ model.name }}_credit as double) as credit,
        {{ model.name }}_gross as gross_units,
        {{ model.name }}_net as net_units
    from {{ model.family }}s
    {%- if model.takes %}
    where {{ model.name }}_rows > 0
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from unpivoted
