{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__order_payments'}}}) }}

with

payments as (

    select * from {{ ref('stg_wicked__order_payments') }}

),

totals as (

    select
        account,
        order_id,
        order_key,
        -- this is the upper bound of all their totals, whatever their statuses are
        sum(abs(amount)) as amount
    from payments
    group by account, order_id, order_key

)

select * from totals
where amount > 99999999999999.9999
