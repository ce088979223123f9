with

attributed as (

    select * from {{ ref('int_attribution_by_campaign') }}

),

days as (

    select * from {{ ref('int_order_days') }}

),

utms as not materialized (

    select * from {{ ref('int_utms') }}

),

touched_orders as (

    select * from {{ ref('int_touched_orders') }}
    where level = 'normalised_key'

),

spend as not materialized (

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

earned_by_day as (

    select
        account,
        date,
        currency,
        attribution_model,
        normalised_key,
        cast(sum(orders) as bigint) as orders,
        cast(sum(case when is_first_order then orders else 0 end) as bigint) as new_customers,
        {{ wide_money('sum(attributed_net)') }} as attributed_net
    from earned
    group by all

),

spent as (

    select
        spend.account,
        spend.date,
        spend.currency,
        utms.normalised_key,
        sum(spend.spend) as spend
    from spend
    inner join utms on spend.utm_key = utms.utm_key
    group by all

),

-- a covered day without a line of the campaign cost nothing. Unknown spend stays null
spent_nothing as (

    select
        spend_days.account,
        spend_days.date,
        spend_days.currency,
        paid_campaigns.normalised_key,
        0 as spend
    from spend_days
    inner join paid_campaigns
        on spend_days.account = paid_campaigns.account
        and spend_days.ad_account is not distinct from paid_campaigns.ad_account
        and spend_days.source_name = paid_campaigns.source_name
        and spend_days.currency = paid_campaigns.currency

),

known_spend as (

    select
        account,
        date,
        currency,
        normalised_key,
        {{ wide_money('sum(spend)') }} as spend
    from (
        select * from spent
        union all
        select * from spent_nothing
    )
    group by account, date, currency, normalised_key

),

-- a line of an ad that earned nothing stands beside each model
spent_in_vain as (

    select
        spent.account,
        spent.date,
        spent.currency,
        models.attribution_model,
        spent.normalised_key,
        spent.spend
    from spent
    cross join models
    anti join earned_by_day
        on spent.account = earned_by_day.account
        and spent.date = earned_by_day.date
        and spent.currency = earned_by_day.currency
        and models.attribution_model = earned_by_day.attribution_model
        and spent.normalised_key = earned_by_day.normalised_key

),

together as (

    select
        earned_by_day.account,
        earned_by_day.date,
        earned_by_day.currency,
        earned_by_day.attribution_model,
        earned_by_day.normalised_key,
        known_spend.spend,
        earned_by_day.orders,
        earned_by_day.new_customers,
        earned_by_day.attributed_net
    from earned_by_day
    left join known_spend
        on earned_by_day.account = known_spend.account
        and earned_by_day.date = known_spend.date
        and earned_by_day.currency = known_spend.currency
        and earned_by_day.normalised_key = known_spend.normalised_key
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
    from spent_in_vain

),

final as (

    select
        together.account,
        together.date,
        together.attribution_model,
        campaigns.channel,
        nullif(campaigns.source_name, '') as source,
        nullif(campaigns.normalised_medium, '') as medium,
        nullif(campaigns.normalised_campaign, '') as campaign,
        together.currency,
        together.spend,
        together.orders,
        together.new_customers,
        together.attributed_net,
        case when together.spend > 0 then cast(together.attributed_net / together.spend as double) end as roas,
        case when together.spend >= 0 then cast(together.spend / nullif(together.orders, 0) as double) end as cpa,
        case when together.spend >= 0 then cast(together.spend / nullif(together.new_customers, 0) as double) end as ncac,
        {{ wide_money('together.attributed_net - together.spend') }} as profit
    from together
    left join campaigns on together.normalised_key = campaigns.normalised_key

)

select * from final
