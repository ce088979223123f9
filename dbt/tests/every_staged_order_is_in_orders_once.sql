{{ config(meta={'dagster': {'ref': {'name': 'orders'}}}) }}
with

landed as (

    select distinct
        account,
        order_id
    from {{ ref('base_wicked__orders') }}
    where order_id is not null

),

orders as (

    select
        account,
        order_id,
        count(*) as copies
    from {{ ref('orders') }}
    group by account, order_id

),

different as (

    select
        coalesce(landed.account, orders.account) as account,
        coalesce(landed.order_id, orders.order_id) as order_id
    from landed
    full outer join orders
        on landed.account = orders.account
        and landed.order_id = orders.order_id
    where landed.order_id is null
        or orders.copies is distinct from 1

)

select * from different
