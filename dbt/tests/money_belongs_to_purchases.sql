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
having {{ are_no_slips('lacks_amount') }}
