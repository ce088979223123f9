with

orders as (

    select * from ({{ subscription_orders(ref('orders')) }})
    where ordered_at is not null

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

-- a forecast as of an earlier day must not know what came later, not even by the interval that shows in it
views as (

    select
        account,
        newest_day as as_of_date,
        true as is_current,
        coalesce({{ forecast_as_of() }} >= newest_day, true) as is_forecast
    from coverage
    union all
    select
        account,
        {{ forecast_as_of() }} as as_of_date,
        false as is_current,
        true as is_forecast
    from coverage
    where {{ forecast_as_of() }} < newest_day

),

final as (

    select
        row_number() over () as subscription_no,
        orders.account,
        orders.source_system,
        orders.subscription_id,
        orders.currency,
        views.as_of_date,
        views.is_current,
        views.is_forecast
    from orders
    inner join views
        on orders.account = views.account
        and (views.is_current or orders.order_date <= views.as_of_date)
    group by all
    -- one that was only ever tried is one, too; one that never paid what it was asked for is none
    having bool_or(orders.is_purchase or orders.gross_revenue = 0)

)

select * from final
