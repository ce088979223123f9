{#
    Orders with several payments each of which pays the whole order: an authorisation and its capture, a customer
    charged twice, or an order that collects the payments of a subscription. Net revenue counts one of them. One row per
    account, with examples: look them up at the payment system, and refund what was charged twice.
#}
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_order_payments'}}}) }}

with

payments as (

    select * from {{ ref('int_order_payments') }}

)

select
    account,
    count(*) as orders,
    sum(paid_again) as paid_again,
    {{ examples('order_key') }} as examples
from payments
where paid_again > 0
group by account
