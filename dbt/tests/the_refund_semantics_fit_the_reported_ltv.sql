{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}
{%- set meanings = ['auto', 'status', 'entry'] -%}

with

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

marts_orders as (

    select * from {{ ref('orders') }}

),

payments as (

    select * from {{ ref('int_order_payments') }}

),

refund_habits as (

    select * from {{ ref('int_refund_habits') }}

),

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

valued as (

    select
        marts_orders.account,
        marts_orders.contact_id,
        marts_orders.currency,
        coalesce(payments.refunded, 0) as refunded,
        coalesce(
            {{ shown_refund_kind('orders.amount', 'payments.paid', 'payments.refunded') }}, refund_habits.habit
        ) as shown_kind,
        {{ net_of_order('orders.amount', 'shown_kind') }} as net_by_auto,
        {{ net_of_order('orders.amount', "'status'") }} as net_by_status,
        {{ net_of_order('orders.amount', "'entry'") }} as net_by_entry
    from orders
    inner join marts_orders
        on orders.account = marts_orders.account
        and orders.order_key = marts_orders.order_key
    left join payments
        on orders.account = payments.account
        and orders.order_key = payments.order_key
    left join refund_habits
        on orders.account = refund_habits.account
        and orders.source_system is not distinct from refund_habits.source_system

),

contact_money as (

    select
        account,
        contact_id,
        {%- for meaning in meanings %}
        sum(net_by_{{ meaning }}) as net_by_{{ meaning }}{{ ',' if not loop.last }}
        {%- endfor %}
    from valued
    group by account, contact_id
    having count(distinct currency) = 1
        and sum(refunded) > 0

),

fits as (

    select
        contact_money.account,
        count(*) as contacts,
        {%- for meaning in meanings %}
        count(*) filter (where abs(contacts.ltv - contact_money.net_by_{{ meaning }}) < 0.01) as fitting_{{ meaning }},
        {%- endfor %}
        any_value(accounts.refund_semantics) as refund_semantics,
        {{ examples('case when abs(contacts.ltv - ' ~ by_refund_semantics('contact_money.net_by_') ~ ') >= 0.01 then contacts.contact_id end') }}
            as differing
    from contact_money
    inner join contacts
        on contact_money.account = contacts.account
        and contact_money.contact_id = contacts.contact_id
    inner join accounts on contact_money.account = accounts.account
    group by contact_money.account

)

select
    account,
    refund_semantics,
    case greatest(fitting_auto, fitting_status, fitting_entry)
        when fitting_auto then 'auto'
        when fitting_status then 'status'
        else 'entry'
    end as fits_better,
    contacts,
    {%- for meaning in meanings %}
    fitting_{{ meaning }},
    {%- endfor %}
    differing
from fits
where greatest(fitting_auto, fitting_status, fitting_entry) > {{ by_refund_semantics('fitting_') }}
