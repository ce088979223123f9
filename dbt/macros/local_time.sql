{# Instants are TIMESTAMP in UTC; these give the time and the date in an account's zone, and back. #}


{# The local time of an instant. #}
{% macro local_time(instant, timezone) -%}
    timezone({{ timezone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}


{# The local date of an instant. #}
{% macro local_date(instant, timezone) -%}
    cast({{ local_time(instant, timezone) }} as date)
{%- endmacro %}


{# The instant of a local time; in the hour repeated at the end of daylight saving time, the later one. #}
{% macro utc_time(local, timezone) -%}
    timezone('UTC', timezone({{ timezone }}, {{ local }}))
{%- endmacro %}
