{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__order_payments'}}}) }}

with

payments as (

    select * from {{ ref('stg_wicked__order_payments') }}

),

unknown as (

    select
        account,
        status,
        count(*) as payments,
        {{ examples('order_id') }} as examples
    from payments
    where status is null or not {{ status_means('status', payment_statuses()) }}
    group by account, status

)

select * from unknown
