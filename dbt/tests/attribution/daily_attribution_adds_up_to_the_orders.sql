{{ config(meta={'dagster': {'ref': {'name': 'attribution_daily'}}}) }}
{%- set marts = ['attribution_daily', 'attribution_content_daily', 'channel_performance'] -%}

with

orders as (

    select
        account,
        currency,
        sum(net_revenue) as net_revenue
    from {{ ref('orders') }}
    group by account, currency

),

{% for mart in marts -%}
{{ mart }}_sums as (

    select
        '{{ mart }}' as mart,
        account,
        currency,
        attribution_model,
        sum(attributed_net) as attributed_net
    from {{ ref(mart) }}
    where attribution_model <> 'full_impact'
    group by all

),

{% endfor -%}
sums as (

    {% for mart in marts %}
    select * from {{ mart }}_sums
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

different as (

    select sums.*
    from sums
    left join orders
        on sums.account = orders.account
        and sums.currency is not distinct from orders.currency
    where sums.attributed_net <> coalesce(orders.net_revenue, 0)

)

select * from different
