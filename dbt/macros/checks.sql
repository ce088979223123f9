{#
    The first five findings of a check, to look up: ids or days, never e-mail addresses. If a system uses addresses as
    ids, the part before the @ is left out.
#}
{% macro examples(id) -%}
    {{ without_addresses("array_to_string(list_slice(list_sort(list(distinct " ~ id ~ ")), 1, 5), ', ')") }}
{%- endmacro %}


{% macro without_addresses(text) -%}
    regexp_replace({{ text }}, '[^\s@/,]+@', '…@', 'g')
{%- endmacro %}


{# Whether `condition` is true for more than one row in a hundred (assumed: a few are slips). #}
{% macro are_no_slips(condition) -%}
    count(*) filter (where {{ condition }}) > count(*) / 100
{%- endmacro %}
