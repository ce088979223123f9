{#-
    Purchases that an ad or a campaign touched, each once however often it did: models that share an order count it so.
    By the family of models, 'click' or 'touchpoint'; `utm_id` is null where the count is the campaign's.
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

    select
        utm_id,
        campaign_id
    from {{ ref('int_utms') }}

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

path_utms as (

    select distinct
        path_no,
        utm_id
    from {{ ref('int_path_touches') }}

),

path_campaigns as (

    select distinct
        path_utms.path_no,
        utms.campaign_id
    from path_utms
    inner join utms on path_utms.utm_id = utms.utm_id

),

touchpoints as (

    select
        orders.day_id,
        utms.campaign_id,
        touchpoints.utm_id,
        touchpoints.is_first_of_utm,
        touchpoints.is_first_of_campaign
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    inner join utms on touchpoints.utm_id = utms.utm_id

),

final as (

    select
        'click' as family,
        order_paths.day_id,
        null as campaign_id,
        path_utms.utm_id,
        cast(sum(order_paths.orders) as bigint) as orders
    from order_paths
    inner join path_utms on order_paths.path_no = path_utms.path_no
    group by order_paths.day_id, path_utms.utm_id
    union all
    select
        'click' as family,
        order_paths.day_id,
        path_campaigns.campaign_id,
        null as utm_id,
        cast(sum(order_paths.orders) as bigint) as orders
    from order_paths
    inner join path_campaigns on order_paths.path_no = path_campaigns.path_no
    group by order_paths.day_id, path_campaigns.campaign_id
    union all
    select
        'touchpoint' as family,
        day_id,
        null as campaign_id,
        utm_id,
        count(*) as orders
    from touchpoints
    where is_first_of_utm
    group by day_id, utm_id
    union all
    select
        'touchpoint' as family,
        day_id,
        campaign_id,
        null as utm_id,
        count(*) as orders
    from touchpoints
    where is_first_of_campaign
    group by day_id, campaign_id

)

select * from final
