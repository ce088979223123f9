{#-
    Purchases that an ad, a campaign, or a campaign however it is spelt touched, each once however often it did: models
    that share an order count it so. `family` is the models' ('click' or 'touchpoint'), `level` what `touched_id` is.
-#}
{#- each level is found from the distinct ones of the finer level before it -#}
{%- set levels = ['utm_id', 'campaign_id', 'normalised_id'] -%}

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

path_utm_ids as (

    select distinct
        path_no,
        utm_id as touched_id
    from {{ ref('int_path_touches') }}

),

order_utm_ids as (

    select distinct
        orders.order_no,
        orders.day_id,
        touchpoints.utm_id as touched_id
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    where touchpoints.is_present

),

{% for finer, level in [('utm_id', 'campaign_id'), ('campaign_id', 'normalised_id')] -%}
{{ level }}s as (

    select distinct
        {{ finer }},
        {{ level }}
    from utms

),

path_{{ level }}s as (

    select distinct
        finer.path_no,
        {{ level }}s.{{ level }} as touched_id
    from path_{{ finer }}s as finer
    inner join {{ level }}s on finer.touched_id = {{ level }}s.{{ finer }}

),

order_{{ level }}s as (

    select distinct
        finer.order_no,
        finer.day_id,
        {{ level }}s.{{ level }} as touched_id
    from order_{{ finer }}s as finer
    inner join {{ level }}s on finer.touched_id = {{ level }}s.{{ finer }}

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
