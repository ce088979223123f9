with

by_utm as (

    select * from {{ ref('int_attribution_by_utm') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

campaign_orders as (

    select * from {{ ref('int_campaign_orders') }}

),

campaigns as (

    select
        by_utm.account,
        by_utm.order_date,
        by_utm.is_first_order,
        by_utm.currency,
        by_utm.attribution_model,
        case
            when by_utm.attribution_model in ('linear', 'full_impact') then 'touchpoint'
            when by_utm.attribution_model in ('{{ multi_touch_models() | join("', '") }}') then 'click'
        end as shared_by,
        utms.campaign_id,
        any_value(utms.source) as source,
        any_value(utms.medium) as medium,
        any_value(utms.campaign) as campaign,
        any_value(utms.channel) as channel,
        sum(by_utm.orders) as orders,
        sum(by_utm.credit) as credit,
        sum(by_utm.attributed_gross) as attributed_gross,
        sum(by_utm.attributed_net) as attributed_net
    from by_utm
    left join utms on by_utm.utm_id = utms.utm_id
    group by
        by_utm.account,
        by_utm.order_date,
        by_utm.is_first_order,
        by_utm.currency,
        by_utm.attribution_model,
        utms.campaign_id

),

final as (

    select
        campaigns.account,
        campaigns.order_date,
        campaigns.attribution_model,
        campaigns.source,
        campaigns.medium,
        campaigns.campaign,
        campaigns.currency,
        -- a model that shares an order among a campaign's ads counts it once
        cast(
            case
                when campaigns.shared_by is null or campaigns.campaign_id is null then campaigns.orders
                else coalesce(campaign_orders.orders, 0)
            end as bigint
        ) as orders,
        cast(campaigns.credit as double) as credit,
        cast(campaigns.attributed_gross as decimal(18, 4)) as attributed_gross,
        cast(campaigns.attributed_net as decimal(18, 4)) as attributed_net,
        campaigns.channel,
        campaigns.is_first_order
    from campaigns
    left join campaign_orders
        on campaigns.account = campaign_orders.account
        and campaigns.order_date is not distinct from campaign_orders.order_date
        and campaigns.is_first_order = campaign_orders.is_first_order
        and campaigns.currency is not distinct from campaign_orders.currency
        and campaigns.shared_by = campaign_orders.family
        and campaigns.campaign_id = campaign_orders.campaign_id

)

select * from final
