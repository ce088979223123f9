with

orders as (

    select * from {{ ref('orders') }}
    where subscription_id is not null

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

-- a forecast as of an earlier day must not know what came later, not even by the interval that shows in it
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
        -- one that was only ever tried is one, too; one that never paid what it was asked for is none
        coalesce(bool_or(
            orders.ordered_at is not null and (orders.is_purchase or orders.gross_revenue = 0)
        ), false) as is_subscription
    from orders
    inner join views
        on orders.account = views.account
        and (views.is_current or orders.order_date <= views.as_of_date)
    group by all

),

-- an order that names no system is of the only one that its subscription is known in
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
