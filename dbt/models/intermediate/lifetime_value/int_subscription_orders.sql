with

orders as (

    select * from {{ ref('orders') }}
    where subscription_id is not null and ordered_at is not null

),

subscriptions as not materialized (

    select * from {{ ref('int_subscriptions') }}

),

seen as (

    select
        subscriptions.subscription_no,
        subscriptions.is_current,
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.contact_id,
        orders.ordered_at,
        orders.order_date,
        orders.is_purchase,
        orders.gross_revenue,
        orders.net_revenue,
        cast(orders.gross_revenue as double) as amount
    from orders
    inner join subscriptions
        on orders.account = subscriptions.account
        and orders.subscription_id = subscriptions.subscription_id
        and (
            orders.source_system is not distinct from subscriptions.source_system
            or orders.source_system is null and subscriptions.is_only_system
        )
        and orders.currency is not distinct from subscriptions.currency
        and (subscriptions.is_current or orders.order_date <= subscriptions.as_of_date)

),

typical as (

    select
        subscription_no,
        quantile_disc(amount, 0.5) as amount
    from seen
    where is_purchase
    group by subscription_no

),

final as (

    select
        seen.*,
        -- an order at over 2.5 times the price, or under 1/2.5 of it, is of another plan (yearly), or no renewal (a
        -- proration)
        case
            when not seen.is_purchase then null
            when seen.amount > 2.5 * typical.amount then 1
            when 2.5 * seen.amount < typical.amount then -1
            else 0
        end as plan
    from seen
    left join typical on seen.subscription_no = typical.subscription_no

)

select * from final
