{%- set rebills = var('rebill_attribution') -%}
{%- if rebills not in ('initial', 'own') -%}
    {{ exceptions.raise_compiler_error("rebill_attribution is '" ~ rebills ~ "': it must be initial or own") }}
{%- endif -%}

with

-- materialized, since all that reads it must see the same numbers
orders as materialized (

    select
        row_number() over () as order_no,
        *
    from {{ ref('orders') }}

),

subscription_orders as (

    {{ subscription_orders('orders') }}

),

subscriptions as (

    select
        account,
        source_system,
        subscription_id,
        arg_min(order_no, (ordered_at, order_id, order_key)) as first_order_no
    from subscription_orders
    group by account, source_system, subscription_id

),

sales as (

    select
        subscription_orders.order_no,
        subscriptions.first_order_no
    from subscription_orders
    inner join subscriptions
        on subscription_orders.account = subscriptions.account
        and subscription_orders.source_system is not distinct from subscriptions.source_system
        and subscription_orders.subscription_id = subscriptions.subscription_id

),

final as (

    select
        orders.order_no,
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.contact_id,
        orders.ordered_at,
        orders.order_date,
        orders.currency,
        -- what is counted together: a day, a currency, and first or repeat orders
        hash(orders.account, orders.order_date, orders.currency, orders.is_first_order) as day_id,
        orders.gross_revenue,
        orders.net_revenue,
        {{ money_units('orders.gross_revenue') }} as gross_units,
        {{ money_units('orders.net_revenue') }} as net_units,
        orders.is_purchase,
        orders.is_first_order,
        -- the order whose path it carries: its subscription's first, or itself
        {{ 'coalesce(sales.first_order_no, orders.order_no)' if rebills == 'initial' else 'orders.order_no' }}
            as path_order_no
    from orders
    left join sales on orders.order_no = sales.order_no

)

select * from final
