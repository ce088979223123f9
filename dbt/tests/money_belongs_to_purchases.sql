{#
    Orders that brought money and are no purchases: their amount is missing or 0, though payments of them were paid.
    Their money is in net revenue, but they make nobody a customer. A few are slips; more than one in a hundred (assumed)
    means that a source system doesn't tell what its orders cost. Look at the orders named in that system. One row per
    account, with the first orders.
#}
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

orders as (

    select
        *,
        not is_purchase and net_revenue > 0 as lacks_amount
    from {{ ref('orders') }}

)

select
    account,
    count(*) as orders,
    count(*) filter (where lacks_amount) as without_amount,
    {{ examples('case when lacks_amount then order_key end') }} as examples
from orders
group by account
having count(*) filter (where lacks_amount) > count(*) / 100
