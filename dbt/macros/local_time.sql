{# Instants are TIMESTAMP in UTC; these macros convert them to the time in an account's zone, and back. #}


{# The local time of an instant. #}
{% macro local_time(instant, timezone) -%}
    timezone({{ timezone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}


{# The quarter of an hour that holds an instant: clocks change only between quarters. #}
{% macro quarter_hour(instant) -%}
    time_bucket(interval 15 minutes, {{ instant }})
{%- endmacro %}


{#
    One row per account and quarter of an hour among the instants of `rows`, with `utc_offset`: instant + offset is the
    local time. DuckDB takes some 3 µs to convert a row if each row names its zone, so large tables join this instead.
#}
{% macro utc_offsets(rows, instant, accounts) -%}
    select
        instants.account,
        instants.quarter_hour,
        {{ local_time('instants.quarter_hour', 'accounts.timezone') }} - instants.quarter_hour as utc_offset
    from (
        select distinct
            account,
            {{ quarter_hour(instant) }} as quarter_hour
        from {{ rows }}
    ) as instants
    inner join {{ accounts }} as accounts on instants.account = accounts.account
{%- endmacro %}


{# The instant of a local time; in the hour repeated at the end of daylight saving time, the later one. #}
{% macro utc_time(local, timezone) -%}
    timezone('UTC', timezone({{ timezone }}, {{ local }}))
{%- endmacro %}
