{#
    The statuses of a payment's line, in staging's spelling, by what the line means. The specification names five; the
    others stand in the vendor's client libraries and help pages. Any other status counts as unpaid.

    paid        money came
    refunded    money that had come was taken back, by the shop or by the buyer's bank
    unpaid      no money came, or none yet
    part        a part of the order's amount, no payment
#}
{% macro payment_statuses() -%}
    {{- return({
        'paid': ['APPROVED', 'MANUAL'],
        'refunded': ['REFUNDED', 'Partially Refunded', 'CHARGEBACK', 'CHARGEBACKS'],
        'unpaid': ['FAILED', 'DECLINED', 'ERROR', 'VOIDED', 'WRITTEN', 'PENDING', 'PROCESSING'],
        'part': ['TAX', 'DISCOUNT'],
    }) -}}
{%- endmacro %}


{# True if the status has one of these meanings. #}
{% macro status_means(status, meanings) -%}
    {%- set statuses = [] -%}
    {%- for meaning in meanings -%}
        {%- do statuses.extend(payment_statuses()[meaning]) -%}
    {%- endfor -%}
    {{ status }} in ('{{ statuses | join("', '") }}')
{%- endmacro %}


{% macro is_paid(status) -%}
    {{ status_means(status, ['paid']) }}
{%- endmacro %}


{% macro is_refunded(status) -%}
    {{ status_means(status, ['refunded']) }}
{%- endmacro %}


{# The one of the columns `…auto`, `…status` and `…entry` that the account's `refund_semantics` names. #}
{% macro by_refund_semantics(prefix) -%}
    case refund_semantics
        {%- for meaning in ['auto', 'status', 'entry'] %}
        when '{{ meaning }}' then {{ prefix }}{{ meaning }}
        {%- endfor %}
    end
{%- endmacro %}


{#
    The kind of refund that an order's own payments show. `entry`: the paid lines alone pay the order, so the refund is
    a line beside them. `status`: paid and refunded lines together don't exceed the order, or nothing else was paid.
    Null if the payments don't show it. Differences of up to a cent don't count.
#}
{% macro shown_refund_kind(amount, paid, refunded) -%}
    case
        when {{ refunded }} = 0 then null
        when {{ amount }} > 0 and {{ paid }} > 0 and {{ paid }} - {{ amount }} > -0.01 then 'entry'
        when {{ paid }} = 0 or {{ paid }} + {{ refunded }} - {{ amount }} < 0.01 then 'status'
    end
{%- endmacro %}


{#
    Net revenue of an order from the sums of its payments (`int_order_payments`, as `payments`), for a refund of the
    kind `kind`. An order without payments counts its amount. An order of a negative amount takes back what its payments
    moved, at most its amount. A refund without a payment undoes an unrecorded payment, so nothing is left. Money that
    was paid twice counts once, and a refund of it is no loss.
#}
{% macro net_of_order(amount, kind) -%}
    case
        when payments.order_key is null then coalesce({{ amount }}, 0)
        when {{ amount }} < 0 then -least(-{{ amount }}, abs(payments.paid) + payments.refunded)
        when payments.paid = 0 then 0
        when {{ kind }} = 'entry'
            then least(payments.paid - payments.refunded, payments.paid - payments.paid_again)
        else payments.paid - payments.paid_again
    end
{%- endmacro %}
