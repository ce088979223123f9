{# What a payment's status means, in staging's spelling of it. A status that isn't known counts as not paid. #}


{% macro is_paid(status) -%}
    {{ status }} in ('APPROVED', 'MANUAL')
{%- endmacro %}


{% macro is_refunded(status) -%}
    {{ status }} in ('REFUNDED', 'Partially Refunded')
{%- endmacro %}


{# Of the columns `…auto`, `…status` and `…entry`, the one that the account's `refund_semantics` names. #}
{% macro by_refund_semantics(prefix) -%}
    case refund_semantics
        {%- for meaning in ['auto', 'status', 'entry'] %}
        when '{{ meaning }}' then {{ prefix }}{{ meaning }}
        {%- endfor %}
    end
{%- endmacro %}


{#
    What an order's own payments say of its refund. `entry`: the paid lines alone pay the order, so the refund is a line
    beside them. `status`: paid and refunded lines together come to no more than the order, or nothing else was paid.
    Null where they don't tell. A cent is nobody's refund.
#}
{% macro shown_refund_kind(amount, paid, refunded) -%}
    case
        when {{ refunded }} = 0 then null
        when {{ amount }} > 0 and {{ paid }} > 0 and {{ paid }} - {{ amount }} > -0.01 then 'entry'
        when {{ paid }} = 0 or {{ paid }} + {{ refunded }} - {{ amount }} < 0.01 then 'status'
    end
{%- endmacro %}


{#
    Net revenue of an order from the sums of its payments (`int_order_payments`, as `payments`), where its refund is of
    the kind `kind`. An order without payments counts its amount, and one of a negative amount takes back what moved,
    never more than the amount. A refund beside no payment undoes what nobody recorded as paid: nothing is left. Money
    that was paid twice counts once, and a refund of it is no loss.
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
