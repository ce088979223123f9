{%- set rebills = var('rebill_attribution') -%}
{%- if rebills not in ('initial', 'own') -%}
    {{ exceptions.raise_compiler_error("rebill_attribution is '" ~ rebills ~ "': it must be initial or own") }}
{%- endif -%}

with

orders as (

    select * from {{ ref('orders') }}

),

subscriptions as (

    select
        account,
        subscription_id,
        arg_min(order_id, (ordered_at, order_id)) as first_order_id
    from orders
    where subscription_id is not null
    group by account, subscription_id

),

final as (

    select
        row_number() over () as order_no,
        orders.account,
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
        {{ 'coalesce(subscriptions.first_order_id, orders.order_id)' if rebills == 'initial' else 'orders.order_id' }}
            as path_order_id
    from orders
    left join subscriptions
        on orders.account = subscriptions.account
        and orders.subscription_id = subscriptions.subscription_id

)

select * from final
