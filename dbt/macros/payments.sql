{# What a payment's status means, without regard to case. A status that isn't known counts as not paid. #}


{% macro is_paid(status) -%}
    lower({{ status }}) in ('approved', 'manual')
{%- endmacro %}


{% macro is_refunded(status) -%}
    lower({{ status }}) in ('refunded', 'partially refunded')
{%- endmacro %}


{# Net revenue of an order's payments, by the variable `refund_semantics`. #}
{% macro net_of_payments(paid, refunded) -%}
    {% set semantics = var('refund_semantics') %}
    {% if semantics == 'status' -%}
    {{ paid }}
    {%- elif semantics == 'entry' -%}
    {{ paid }} - {{ refunded }}
    {%- else -%}
    {{ exceptions.raise_compiler_error("refund_semantics is '" ~ semantics ~ "': it must be status or entry") }}
    {%- endif %}
{%- endmacro %}
