with

orders as (

    select * from {{ ref('orders') }}

),

touchpoints as (

    select * from {{ ref('int_order_touchpoints') }}

),

-- one row per touchpoint that a model credits, with the credit of those before it
credits as (

    select
        *,
        touchpoint as attribution_model,
        0.0 as credit_before,
        1.0 as credit_through
    from touchpoints
    union all
    select
        *,
        'linear' as attribution_model,
        cast((position - 1) / touchpoints as double) as credit_before,
        cast(position / touchpoints as double) as credit_through
    from touchpoints
    union all
    select
        *,
        'full_impact' as attribution_model,
        0.0 as credit_before,
        1.0 as credit_through
    from touchpoints
    where names_its_click

),

models as (

    select unnest([
        'first_click', 'first_optin', 're_optin', 'last_click', 'linear', 'full_impact'
    ]) as attribution_model

),

order_models as (

    select * from orders
    cross join models

),

-- an order for which a model finds nothing keeps one row, unattributed
attributed as (

    select
        orders.account,
        orders.order_id,
        orders.contact_id,
        orders.order_date,
        orders.is_purchase,
        orders.attribution_model,
        credits.touchpoint,
        credits.touched_at,
        credits.source,
        credits.medium,
        credits.campaign,
        credits.content,
        credits.term,
        cast(
            case
                when orders.attribution_model = 'linear' then coalesce(1 / credits.touchpoints, 1)
                else 1
            end as double
        ) as credit,
        orders.gross_revenue,
        orders.net_revenue,
        coalesce(credits.credit_before, 0.0) as credit_before,
        coalesce(credits.credit_through, 1.0) as credit_through,
        orders.currency
    from order_models as orders
    left join credits
        on orders.account = credits.account
        and orders.order_id = credits.order_id
        and orders.attribution_model = credits.attribution_model

),

final as (

    select
        account,
        order_id,
        contact_id,
        order_date,
        is_purchase,
        attribution_model,
        touchpoint,
        touched_at,
        source,
        medium,
        campaign,
        content,
        term,
        credit,
        cast({{ cumulative_share('gross_revenue', 'credit_before', 'credit_through') }} as decimal(18, 4)) as attributed_gross,
        cast({{ cumulative_share('net_revenue', 'credit_before', 'credit_through') }} as decimal(18, 4)) as attributed_net,
        currency
    from attributed

)

select * from final
