{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

with

orders as (

    select * from {{ ref('orders') }}

),

customers as (

    select
        account,
        contact_id,
        sum(net_revenue) as net_revenue
    from orders
    where contact_id is not null
    group by account, contact_id, currency

),

below_zero as (

    select
        account,
        'order' as what,
        order_key as id,
        net_revenue
    from orders
    where gross_revenue >= 0
    union all
    select
        account,
        'customer' as what,
        contact_id as id,
        net_revenue
    from customers

)

select
    account,
    what,
    count(*) as found,
    sum(net_revenue) as net_revenue,
    {{ examples('id') }} as examples
from below_zero
where net_revenue <= -0.01
group by account, what
