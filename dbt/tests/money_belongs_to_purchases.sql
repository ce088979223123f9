{#
    Orders that brought money and are no purchases: their amount is missing or 0, though payments of them were paid.
    Their money is in net revenue, but they make nobody a customer. One row per account, with examples: see at the
    source system why their amount is missing.
#}
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

orders as (

    select * from {{ ref('orders') }}

)

select
    account,
    count(*) as orders,
    {{ examples('order_key') }} as examples
from orders
where not is_purchase
    and net_revenue > 0
group by account
