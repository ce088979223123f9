{# What the API writes becomes typed columns: one macro for each kind of value. None of them fails a build. #}


{# The five fields of a touchpoint or of a click's UTMs, in the API's and our order. #}
{% macro utm_fields() %}
    {{- return(["source", "medium", "campaign", "content", "term"]) -}}
{% endmacro %}


{# The text as it came; what means none (a missing key, null, "", "null", {}) is null. #}
{% macro text(value) -%}
    case when {{ value }} not in ('', 'null', '{}') then {{ value }} end
{%- endmacro %}


{# Exact decimal; what is no number, or has more digits than the column, is null. #}
{% macro money(value) -%}
    try_cast({{ value }} as decimal(18, 4))
{%- endmacro %}


{#
    The instant in UTC. With `Z` or an offset it is that instant; without, it is local time in `timezone`, and in the hour
    repeated at the end of daylight saving time the later one. What is no date is null. DuckDB ignores an offset in a
    cast to TIMESTAMP, hence two casts.
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


{# 1 where something is written and nothing could be read of it. #}
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
