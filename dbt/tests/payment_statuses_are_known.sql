{# One row per payment status that neither the specification nor the vendor's client libraries name; it counts as not paid. #}
{{ config(severity='warn') }}

with

payments as (

    select * from {{ ref('stg_wicked__order_payments') }}

),

unknown as (

    select
        account,
        status,
        count(*) as payments
    from payments
    where lower(coalesce(status, '')) not in (
        'approved', 'manual', 'failed', 'refunded', 'partially refunded', 'voided', 'declined', 'pending', 'processing',
        'tax', 'discount', ''
    )
    group by account, status

)

select * from unknown
