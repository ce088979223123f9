with

orders as (

    select * from {{ ref('orders') }}
    where subscription_id is not null

),

coverage as not materialized (

    select * from {{ ref('int_coverage') }}

),

-- a forecast as of an earlier day must not use later orders, not even for the interval
views as (

    select
        account,
        subscription_grace_days as grace_days,
        newest_day as as_of_date,
        true as is_current,
        coalesce({{ forecast_as_of() }} >= newest_day, true) as is_forecast
    from coverage
    union all
    select
        account,
        subscription_grace_days as grace_days,
        {{ forecast_as_of() }} as as_of_date,
        false as is_current,
        true as is_forecast
    from coverage
    where {{ forecast_as_of() }} < newest_day

),

seen as (

    select
        orders.account,
        orders.source_system,
        orders.subscription_id,
        orders.currency,
        views.grace_days,
        views.as_of_date,
        views.is_current,
        views.is_forecast,
        -- a subscription with only a trial counts too; one with only failed payments doesn't
        coalesce(bool_or(
            orders.ordered_at is not null and (orders.is_purchase or orders.gross_revenue = 0)
        ), false) as is_subscription
    from orders
    inner join views
        on orders.account = views.account
        and (views.is_current or orders.order_date <= views.as_of_date)
    group by all

),

-- an order without a source system belongs to the only system in which its subscription is known
named as (

    select
        * replace ({{ known_or_only('source_system', 'account, subscription_id') }} as source_system),
        coalesce(
            min(source_system) over (partition by account, subscription_id)
            = max(source_system) over (partition by account, subscription_id),
            false
        ) as is_only_system
    from seen

),

final as (

    select
        row_number() over () as subscription_no,
        account,
        source_system,
        subscription_id,
        currency,
        grace_days,
        as_of_date,
        is_current,
        is_forecast,
        is_only_system
    from named
    group by all
    having bool_or(is_subscription)

)

select * from final
