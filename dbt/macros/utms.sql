{#
    An account's five UTMs as one number: grouping and joining by it is many times faster than by five words. Only within
    one build: `int_utms` has the words of each number, and its test finds two that share one.
#}
{% macro utm_id(account, prefix='') -%}
    hash({{ account }}{% for field in utm_fields() %}, {{ prefix }}{{ field }}{% endfor %})
{%- endmacro %}


{# The same of source, medium and campaign alone. #}
{% macro campaign_id(account, prefix='') -%}
    hash({{ account }}{% for field in utm_fields()[:3] %}, {{ prefix }}{{ field }}{% endfor %})
{%- endmacro %}


{# A UTM as it is compared: lower case, `%20` and runs of blanks one blank, trimmed; none is ''. #}
{% macro normalised(value) -%}
    trim(regexp_replace(lower(replace(coalesce({{ value }}, ''), '%20', ' ')), '\s+', ' ', 'g'))
{%- endmacro %}
