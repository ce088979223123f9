{# The first five of what a check has found, to look up: ids or days, never e-mail addresses. #}
{% macro examples(id) -%}
    array_to_string(list_slice(list_sort(list(distinct {{ id }})), 1, 5), ', ')
{%- endmacro %}
