{# Macros that turn the API's values into typed columns, one for each kind of value. None of them fails a build. #}


{# The five UTM fields of a touchpoint or a click, in the order of the API and of our columns. #}
{% macro utm_fields() %}
    {{- return(["source", "medium", "campaign", "content", "term"]) -}}
{% endmacro %}


{# The unchanged text; null for a missing key, null, "", "null" or {}. #}
{% macro text(value) -%}
    case when {{ value }} not in ('', 'null', '{}') then {{ value }} end
{%- endmacro %}


{# An exact decimal; null if the value is no number or has more digits than the column. #}
{% macro money(value) -%}
    try_cast({{ value }} as decimal(18, 4))
{%- endmacro %}


{#
    The instant in UTC. A value with `Z` or an offset is that instant. A value without is local time in `timezone`; in
    the hour that repeats at the end of daylight saving time, the later one. Null if the value is no date. DuckDB
    ignores an offset in a cast to TIMESTAMP, hence two casts.
#}
{% macro instant(value, timezone) -%}
    case
        when regexp_full_match({{ value }}, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z')
            then try_cast({{ value }} as timestamp)
        when regexp_full_match({{ value }}, '\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?')
            then {{ utc_time('try_cast(' ~ value ~ ' as timestamp)', timezone) }}
        when regexp_full_match({{ value }}, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:?\d\d')
            then timezone('UTC', try_cast({{ value }} as timestamptz))
    end
{%- endmacro %}


{# 1 if a value exists but could not be parsed. #}
{% macro is_unreadable(value, read) -%}
    cast({{ text(value) }} is not null and {{ read }} is null as integer)
{%- endmacro %}


{#
    The record with the numbers of these keys as strings: DuckDB reads a JSON number through a double, which keeps
    15 digits of the 18 that money has. Inside a string a quote is escaped, so only keys can match.
#}
{% macro exact_numbers(record, keys) -%}
    cast(
        regexp_replace(
            cast({{ record }} as varchar),
            '"({{ keys | join("|") }})"\s*:\s*(-?[0-9][0-9.eE+-]*)',
            '"\1":"\2"',
            'g'
        )
        as json
    )
{%- endmacro %}
