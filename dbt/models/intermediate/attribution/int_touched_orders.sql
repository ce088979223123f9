{%- set levels = ['utm_id', 'campaign_id', 'normalised_id'] -%}

{#-
    Purchases that an ad, a campaign, or a campaign however it is spelt touched, each once however often it did: models
    that share an order count it so. `family` is the models' ('click' or 'touchpoint'), `level` what `touched_id` is.
-#}

with

orders as (

    select
        order_no,
        day_id
    from {{ ref('int_attribution_orders') }}
    where is_purchase

),

utms as (

    select * from {{ ref('int_utms') }}

),

order_paths as (

    select
        order_paths.path_no,
        orders.day_id,
        count(*) as orders
    from {{ ref('int_order_paths') }} as order_paths
    inner join orders on order_paths.order_no = orders.order_no
    group by order_paths.path_no, orders.day_id

),

path_utms as materialized (

    select distinct
        path_no,
        utm_id
    from {{ ref('int_path_touches') }}

),

touchpoints as materialized (

    select distinct
        orders.order_no,
        orders.day_id,
        touchpoints.utm_id
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    where touchpoints.is_present

),

{% for level in levels -%}
path_{{ level }}s as (

    select distinct
        path_utms.path_no,
        utms.{{ level }} as touched_id
    from path_utms
    inner join utms on path_utms.utm_id = utms.utm_id

),

order_{{ level }}s as (

    select distinct
        touchpoints.order_no,
        touchpoints.day_id,
        utms.{{ level }} as touched_id
    from touchpoints
    inner join utms on touchpoints.utm_id = utms.utm_id

),

{% endfor -%}
final as (

    {% for level in levels %}
    select
        'click' as family,
        '{{ level }}' as level,
        order_paths.day_id,
        touched.touched_id,
        cast(sum(order_paths.orders) as bigint) as orders
    from order_paths
    inner join path_{{ level }}s as touched on order_paths.path_no = touched.path_no
    group by order_paths.day_id, touched.touched_id
    union all
    select
        'touchpoint' as family,
        '{{ level }}' as level,
        day_id,
        touched_id,
        count(*) as orders
    from order_{{ level }}s
    group by day_id, touched_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
