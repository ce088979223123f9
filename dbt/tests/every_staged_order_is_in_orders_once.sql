{{ config(meta={'dagster': {'ref': {'name': 'orders'}}}) }}
with

landed as (

    select distinct
        account,
        order_id
    from {{ ref('base_wicked__orders') }}
    where order_id is not null

),

staged as (

    select
        account,
        order_id,
        order_key
    from {{ ref('stg_wicked__orders') }}

),

orders as (

    select
        account,
        order_key,
        count(*) as copies
    from {{ ref('orders') }}
    group by account, order_key

),

different as (

    select
        coalesce(staged.account, orders.account) as account,
        coalesce(staged.order_key, orders.order_key) as order_key
    from staged
    full outer join orders
        on staged.account = orders.account
        and staged.order_key = orders.order_key
    where staged.order_key is null
        or orders.copies is distinct from 1
    union all
    select
        landed.account,
        landed.order_id as order_key
    from landed
    anti join staged
        on landed.account = staged.account
        and landed.order_id = staged.order_id

)

select * from different
