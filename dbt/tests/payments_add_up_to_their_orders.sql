{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__order_payments'}}}) }}
{%- set sums = {
    'money': 'money', 'money_and_tax': 'money + tax', 'money_less_discount': 'money - discount',
    'money_and_discount': 'money + discount', 'money_tax_and_discount': 'money + tax - discount'
} -%}

with

orders as (

    select * from {{ ref('stg_wicked__orders') }}
    where amount > 0

),

-- lines of money that came, or came and went back; lines of tax and discounts are parts of the amount
payments as (

    select
        account,
        order_key,
        coalesce(sum(abs(amount)) filter (where {{ is_paid('status') }}), 0) as paid,
        coalesce(sum(abs(amount)) filter (where {{ is_refunded('status') }}), 0) as refunded,
        case when paid > 0 then paid else refunded end as money,
        coalesce(sum(abs(amount)) filter (where status = 'TAX'), 0) as tax,
        coalesce(sum(abs(amount)) filter (where status = 'DISCOUNT'), 0) as discount
    from {{ ref('stg_wicked__order_payments') }}
    group by account, order_key

),

-- only orders with a line of tax or discount tell the sums apart
fits as (

    select
        orders.account,
        count(*) as orders,
        {%- for name, total in sums.items() %}
        count(*) filter (where abs({{ total }} - orders.amount) < 0.01) as fitting_{{ name }},
        {%- endfor %}
        {{ examples('case when abs(money - orders.amount) >= 0.01 then orders.order_id end') }} as differing
    from orders
    inner join payments
        on orders.account = payments.account
        and orders.order_key = payments.order_key
    where payments.money > 0
        and payments.tax + payments.discount > 0
    group by orders.account

)

select
    *,
    case greatest({% for name in sums %}fitting_{{ name }}{{ ', ' if not loop.last }}{% endfor %})
        {%- for name in sums %}
        when fitting_{{ name }} then '{{ name }}'
        {%- endfor %}
    end as fits_best
from fits
where fits_best <> 'money'
