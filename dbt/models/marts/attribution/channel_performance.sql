with

by_utm as (

    select * from {{ ref('int_attribution_by_utm') }}

),

days as (

    select * from {{ ref('int_order_days') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

touched_orders as (

    select * from {{ ref('int_touched_orders') }}
    where level = 'normalised_key'

),

spend as (

    select * from {{ ref('int_ad_spend') }}

),

spend_days as (

    select * from {{ ref('int_spend_days') }}

),

models as (

    select unnest({{ all_models() }}) as attribution_model

),

-- a campaign belongs to an ad account once a line of that account names it
paid_campaigns as (

    select
        utms.normalised_key,
        utms.source_name,
        spend.account,
        spend.ad_account,
        spend.currency
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    group by all

),

-- spend and revenue join by day, currency and UTMs, in any spelling of them and the source
campaigns as (

    select distinct
        normalised_key,
        account,
        source_name,
        normalised_medium,
        normalised_campaign,
        channel
    from utms

),

attributed as (

    select
        by_utm.day_key,
        by_utm.attribution_model,
        by_utm.family,
        utms.normalised_key,
        sum(by_utm.orders) as orders,
        sum(by_utm.net_units) as net_units
    from by_utm
    left join utms on by_utm.utm_key = utms.utm_key
    group by all

),

earned as (

    select
        days.account,
        days.order_date as date,
        days.currency,
        attributed.attribution_model,
        attributed.normalised_key,
        days.is_first_order,
        {{ counted_orders('attributed', 'normalised_key') }} as orders,
        {{ money_of_units('attributed.net_units') }} as attributed_net
    from attributed
    inner join days on attributed.day_key = days.day_key
    left join touched_orders
        on attributed.family = touched_orders.family
        and attributed.day_key = touched_orders.day_key
        and attributed.normalised_key = touched_orders.touched_key

),

spent as (

    select
        spend.account,
        spend.date,
        spend.currency,
        models.attribution_model,
        utms.normalised_key,
        sum(spend.spend) as spend
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    cross join models
    group by all

),

-- a covered day without a line of the campaign cost nothing. Unknown spend stays null
spent_nothing as (

    select
        earned.account,
        earned.date,
        earned.currency,
        earned.attribution_model,
        earned.normalised_key
    from earned
    inner join paid_campaigns
        on earned.normalised_key = paid_campaigns.normalised_key
        and earned.currency = paid_campaigns.currency
    semi join spend_days
        on paid_campaigns.account = spend_days.account
        and paid_campaigns.ad_account is not distinct from spend_days.ad_account
        and paid_campaigns.source_name = spend_days.source_name
        and paid_campaigns.currency = spend_days.currency
        and earned.date = spend_days.date

),

together as (

    select
        account,
        date,
        currency,
        attribution_model,
        normalised_key,
        null as spend,
        orders,
        case when is_first_order then orders else 0 end as new_customers,
        attributed_net
    from earned
    union all
    select
        account,
        date,
        currency,
        attribution_model,
        normalised_key,
        0 as spend,
        0 as orders,
        0 as new_customers,
        0 as attributed_net
    from spent_nothing
    union all
    select
        account,
        date,
        currency,
        attribution_model,
        normalised_key,
        spend,
        0 as orders,
        0 as new_customers,
        0 as attributed_net
    from spent

),

summed as (

    select
        account,
        date,
        currency,
        attribution_model,
        normalised_key,
        {{ wide_money('sum(spend)') }} as spend,
        cast(sum(orders) as bigint) as orders,
        cast(sum(new_customers) as bigint) as new_customers,
        {{ wide_money('sum(attributed_net)') }} as attributed_net
    from together
    group by account, date, currency, attribution_model, normalised_key

),

final as (

    select
        summed.account,
        summed.date,
        summed.attribution_model,
        campaigns.channel,
        nullif(campaigns.source_name, '') as source,
        nullif(campaigns.normalised_medium, '') as medium,
        nullif(campaigns.normalised_campaign, '') as campaign,
        summed.currency,
        summed.spend,
        summed.orders,
        summed.new_customers,
        summed.attributed_net,
        case when summed.spend > 0 then cast(summed.attributed_net / summed.spend as double) end as roas,
        case when summed.spend >= 0 then cast(summed.spend / nullif(summed.orders, 0) as double) end as cpa,
        case when summed.spend >= 0 then cast(summed.spend / nullif(summed.new_customers, 0) as double) end as ncac,
        {{ wide_money('summed.attributed_net - summed.spend') }} as profit
    from summed
    left join campaigns on summed.normalised_key = campaigns.normalised_key

)

select * from final
