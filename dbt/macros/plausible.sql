{#
    Systems write dates that mean "none": year 1, 1900, 1970, 9999. Staging keeps them unchanged; all other models treat
    an instant outside its account's plausible span as missing. The span depends on the landed data
    (`stg_wicked__accounts`), never on the clock, so that a build can be repeated.
#}


{# The instant, or null outside the span; `accounts` is the alias of `stg_wicked__accounts`. #}
{% macro plausible(instant, accounts='accounts') -%}
    case
        when {{ instant }} < {{ accounts }}.earliest_plausible_at then null
        when {{ instant }} > {{ accounts }}.latest_plausible_at then null
        else {{ instant }}
    end
{%- endmacro %}


{# A touchpoint's columns, with its instant null if implausible. #}
{% macro plausible_touchpoint(rows, prefix, accounts='accounts') -%}
    {{ plausible(rows ~ '.' ~ prefix ~ '_at', accounts) }} as {{ prefix }}_at
    {%- for field in utm_fields() %},
        {{ rows }}.{{ prefix }}_{{ field }}
    {%- endfor %}
{%- endmacro %}
