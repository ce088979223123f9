with

by_utm as (

    select * from {{ ref('int_attribution_by_utm') }}

),

days as (

    select * from {{ ref('int_order_days') }}

),

utms as (

    select
        utm_key,
        campaign_key
    from {{ ref('int_utms') }}

),

campaigns as (

    select distinct
        campaign_key,
        source,
        medium,
        campaign,
        source_name,
        channel
    from {{ ref('int_utms') }}

),

touched_orders as (

    select * from {{ ref('int_touched_orders') }}
    where level = 'campaign_key'

),

by_campaign as (

    select
        by_utm.day_key,
        by_utm.attribution_model,
        by_utm.family,
        utms.campaign_key,
        sum(by_utm.orders) as orders,
        sum(by_utm.credit) as credit,
        sum(by_utm.gross_units) as gross_units,
        sum(by_utm.net_units) as net_units
    from by_utm
    left join utms on by_utm.utm_key = utms.utm_key
    group by all

),

final as (

    select
        days.account,
        days.order_date,
        by_campaign.attribution_model,
        campaigns.source,
        campaigns.medium,
        campaigns.campaign,
        days.currency,
        cast({{ counted_orders('by_campaign', 'campaign_key') }} as bigint) as orders,
        cast(by_campaign.credit as double) as credit,
        {{ money_of_units('by_campaign.gross_units') }} as attributed_gross,
        {{ money_of_units('by_campaign.net_units') }} as attributed_net,
        campaigns.channel,
        days.is_first_order,
        nullif(campaigns.source_name, '') as source_name
    from by_campaign
    inner join days on by_campaign.day_key = days.day_key
    left join campaigns on by_campaign.campaign_key = campaigns.campaign_key
    left join touched_orders
        on by_campaign.family = touched_orders.family
        and by_campaign.day_key = touched_orders.day_key
        and by_campaign.campaign_key = touched_orders.touched_key

)

select * from final
