{{ config(meta={'dagster': {'ref': {'name': 'lead_cohorts'}}}) }}
with

orders as (

    select
        orders.account,
        orders.currency,
        sum(orders.net_revenue) as net_revenue
    from {{ ref('orders') }} as orders
    inner join {{ ref('customer_ltv') }} as customers
        on orders.account = customers.account
        and orders.contact_id = customers.contact_id
        and orders.currency is not distinct from customers.currency
    where customers.cohort_month is not null and orders.ordered_at is not null
    group by orders.account, orders.currency

),

{% set marts = ['ltv_cohorts', 'ltv_cohorts_by_acquisition', 'lead_cohorts'] -%}

{% for mart in marts -%}
{{ mart }} as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue
    from {{ ref(mart) }}
    group by account, currency

),

{% endfor -%}

different as (

    {% for mart in marts %}
    select
        '{{ mart }}' as mart,
        orders.account,
        orders.currency,
        orders.net_revenue as of_orders,
        {{ mart }}.net_revenue as of_mart
    from orders
    full join {{ mart }}
        on orders.account = {{ mart }}.account
        and orders.currency is not distinct from {{ mart }}.currency
    where orders.net_revenue is distinct from {{ mart }}.net_revenue
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

)

select * from different
