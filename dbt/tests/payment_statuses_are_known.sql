{#
    Payment statuses that neither the specification nor the vendor's client libraries name, and payments without one. Such
    a payment counts as not paid. One row per account and status, with the first orders that carry it: look there whether money came.
#}
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
    where status is null or status not in (
        '{{ specified_statuses() | join("', '") }}', 'VOIDED', 'DECLINED', 'PENDING', 'PROCESSING', 'TAX', 'DISCOUNT'
    )
    group by account, status

)

select * from unknown
