{#-
    The number of purchases that an ad, a campaign, or a campaign in any spelling touched, each purchase once. Models
    that share an order use this count. `family` is the family of models ('click' or 'touchpoint'), `level` the kind of
    `touched_key`.
-#}
{#- each level is derived from the distinct rows of the finer level before it -#}
{%- set levels = ['utm_key', 'campaign_key', 'normalised_key'] -%}

with

orders as (

    select
        order_no,
        day_key
    from {{ ref('int_attribution_orders') }}
    where is_purchase

),

utms as (

    select * from {{ ref('int_utms') }}

),

order_paths as (

    select
        order_paths.path_no,
        orders.day_key,
        count(*) as orders
    from {{ ref('int_order_paths') }} as order_paths
    inner join orders on order_paths.order_no = orders.order_no
    group by order_paths.path_no, orders.day_key

),

path_utm_keys as (

    select distinct
        path_no,
        utm_key as touched_key
    from {{ ref('int_path_touches') }}

),

order_utm_keys as (

    select distinct
        orders.order_no,
        orders.day_key,
        touchpoints.utm_key as touched_key
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    where touchpoints.is_present

),

{% for finer, level in [('utm_key', 'campaign_key'), ('campaign_key', 'normalised_key')] -%}
{{ level }}s as (

    select distinct
        {{ finer }},
        {{ level }}
    from utms

),

path_{{ level }}s as (

    select distinct
        finer.path_no,
        {{ level }}s.{{ level }} as touched_key
    from path_{{ finer }}s as finer
    inner join {{ level }}s on finer.touched_key = {{ level }}s.{{ finer }}

),

order_{{ level }}s as (

    select distinct
        finer.order_no,
        finer.day_key,
        {{ level }}s.{{ level }} as touched_key
    from order_{{ finer }}s as finer
    inner join {{ level }}s on finer.touched_key = {{ level }}s.{{ finer }}

),

{% endfor -%}
final as (

    {% for level in levels %}
    select
        'click' as family,
        '{{ level }}' as level,
        order_paths.day_key,
        touched.touched_key,
        cast(sum(order_paths.orders) as bigint) as orders
    from order_paths
    inner join path_{{ level }}s as touched on order_paths.path_no = touched.path_no
    group by order_paths.day_key, touched.touched_key
    union all
    select
        'touchpoint' as family,
        '{{ level }}' as level,
        day_key,
        touched_key,
        count(*) as orders
    from order_{{ level }}s
    group by day_key, touched_key
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
