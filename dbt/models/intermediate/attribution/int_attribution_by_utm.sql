{#-
    What each model gives, a row a day, kind of order, currency, model and UTMs: the long form of the wide aggregates.
    `orders` are distinct purchases per UTMs, so they don't add up over UTMs of one campaign.
-#}

with

clicks as (

    select * from {{ ref('int_click_attribution') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoint_attribution') }}

),

unpivoted as (

    {% for model in single_touch_models() %}
    select
        account,
        order_date,
        is_first_order,
        currency,
        '{{ model }}' as attribution_model,
        utm_id,
        {{ model }}_orders as orders,
        cast({{ model }}_orders as double) as credit,
        {{ model }}_gross as attributed_gross,
        {{ model }}_net as attributed_net
    from clicks
    where {{ model }}_rows > 0
    union all
    {% endfor %}
    {% for model in multi_touch_models() %}
    select
        account,
        order_date,
        is_first_order,
        currency,
        '{{ model }}' as attribution_model,
        utm_id,
        touched_orders as orders,
        {{ model }}_credit as credit,
        {{ model }}_gross as attributed_gross,
        {{ model }}_net as attributed_net
    from clicks
    union all
    {% endfor %}
    select
        account,
        order_date,
        is_first_order,
        currency,
        attribution_model,
        utm_id,
        orders,
        credit,
        attributed_gross,
        attributed_net
    from touchpoints

)

select * from unpivoted
