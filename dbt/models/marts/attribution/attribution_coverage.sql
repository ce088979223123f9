with

orders as not materialized (

    select * from {{ ref('orders') }}

),

accounts as not materialized (

    select * from {{ ref('stg_wicked__accounts') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

clicks as (

    select * from {{ ref('stg_wicked__clicks') }}

),

attribution as (

    select * from {{ ref('attribution_daily') }}

),

first_clicks as (

    select
        clicks.account,
        min({{ plausible('clicks.clicked_at') }}) as clicked_at
    from clicks
    left join accounts on clicks.account = accounts.account
    group by clicks.account

),

tracking as (

    select
        accounts.account,
        coalesce(accounts.tracking_began_at, first_clicks.clicked_at) as began_at
    from accounts
    left join first_clicks on accounts.account = first_clicks.account

),

first_purchases as (

    select
        account,
        contact_id,
        min(ordered_at) as ordered_at
    from orders
    where is_purchase
    group by account, contact_id

),

dated as (

    select
        orders.*,
        cast(date_trunc('month', orders.order_date) as date) as month,
        coalesce(
            coalesce(contacts.created_at, first_purchases.ordered_at) < tracking.began_at, false
        ) as was_acquired_before,
        tracking.began_at
    from orders
    left join contacts
        on orders.account = contacts.account
        and orders.contact_id = contacts.contact_id
    left join first_purchases
        on orders.account = first_purchases.account
        and orders.contact_id = first_purchases.contact_id
    left join tracking on orders.account = tracking.account

),

totals as (

    select
        account,
        month,
        currency,
        sum(net_revenue) as total_net,
        -- without a click nobody knows when tracking began
        case
            when any_value(began_at) is not null then coalesce(sum(net_revenue) filter (where was_acquired_before), 0)
        end as acquired_before_tracking_net
    from dated
    group by account, month, currency

),

attributed as (

    select
        account,
        cast(date_trunc('month', order_date) as date) as month,
        currency,
        attribution_model,
        -- revenue that a model attributes to no touch has no channel
        coalesce(sum(attributed_net) filter (where channel is not null), 0) as attributed_net
    from attribution
    group by all

),

final as (

    select
        attributed.account,
        attributed.month,
        attributed.currency,
        attributed.attribution_model,
        {{ wide_money('totals.total_net') }} as total_net,
        {{ wide_money('attributed.attributed_net') }} as attributed_net,
        {{ wide_money('totals.acquired_before_tracking_net') }} as acquired_before_tracking_net,
        cast(
            attributed.attributed_net / nullif(totals.total_net - totals.acquired_before_tracking_net, 0) as double
        ) as coverage
    from attributed
    inner join totals
        on attributed.account = totals.account
        and attributed.month is not distinct from totals.month
        and attributed.currency is not distinct from totals.currency

)

select * from final
