{#
    The first five of what a check has found, to look up: ids or days, never e-mail addresses. Where a system takes these
    for ids, what is before the @ is left out.
#}
{% macro examples(id) -%}
    {{ without_addresses("array_to_string(list_slice(list_sort(list(distinct " ~ id ~ ")), 1, 5), ', ')") }}
{%- endmacro %}


{% macro without_addresses(text) -%}
    regexp_replace({{ text }}, '[^\s@/,]+@', '…@', 'g')
{%- endmacro %}


{# Whether more than one in a hundred is so (assumed: a few are slips); `condition` is true or false of each. #}
{% macro are_no_slips(condition) -%}
    count(*) filter (where {{ condition }}) > count(*) / 100
{%- endmacro %}
