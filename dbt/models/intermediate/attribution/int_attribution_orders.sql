{%- set rebills = var('rebill_attribution') -%}
{%- if rebills not in ('initial', 'own') -%}
    {{ exceptions.raise_compiler_error("rebill_attribution is '" ~ rebills ~ "': it must be initial or own") }}
{%- endif -%}

with

orders as (

    select * from {{ ref('orders') }}

),

final as (

    select
        row_number() over () as order_no,
        account,
        order_id,
        contact_id,
        ordered_at,
        order_date,
        currency,
        -- what is counted together: a day, a currency, and first or repeat orders
        hash(account, order_date, currency, is_first_order) as day_id,
        gross_revenue,
        net_revenue,
        {{ money_units('gross_revenue') }} as gross_units,
        {{ money_units('net_revenue') }} as net_units,
        is_purchase,
        is_first_order,
        -- the order whose path it carries: its subscription's first, or itself
        {% if rebills == 'initial' -%}
        case
            when subscription_id is null then order_id
            else first_value(order_id) over (partition by account, subscription_id order by ordered_at, order_id)
        end
        {%- else -%}
        order_id
        {%- endif %} as path_order_id
    from orders

)

select * from final
