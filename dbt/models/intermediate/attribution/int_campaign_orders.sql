{#-
    Purchases that a campaign touched, each once however often it did, by the family of models: 'click' or 'touchpoint'.
    Models that share an order count it so; counts of single UTMs don't add up.
-#}

with

orders as (

    select * from {{ ref('int_attribution_orders') }}
    where is_purchase

),

utms as (

    select
        utm_id,
        campaign_id
    from {{ ref('int_utms') }}

),

path_campaigns as (

    select distinct
        path_touches.path_no,
        utms.campaign_id
    from {{ ref('int_path_touches') }} as path_touches
    inner join utms on path_touches.utm_id = utms.utm_id

),

touched as (

    select
        order_paths.order_no,
        path_campaigns.campaign_id,
        'click' as family
    from {{ ref('int_order_paths') }} as order_paths
    inner join path_campaigns on order_paths.path_no = path_campaigns.path_no
    union all
    select distinct
        touchpoints.order_no,
        utms.campaign_id,
        'touchpoint' as family
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join utms on touchpoints.utm_id = utms.utm_id

),

final as (

    select
        orders.account,
        orders.order_date,
        orders.is_first_order,
        orders.currency,
        touched.family,
        touched.campaign_id,
        count(*) as orders
    from touched
    inner join orders on touched.order_no = orders.order_no
    group by all

)

select * from final
