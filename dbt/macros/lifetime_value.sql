{# What the lifetime-value models share: the variables they check, and the rules that more than one of them follows. #}


{# The variable `acquisition_model`: the model whose one touch of the first purchase acquired the customer. #}
{% macro acquisition_model() -%}
    {% set single_touch = touchpoint_models() + single_touch_models().keys() | list %}
    {% set model = var('acquisition_model') %}
    {% if model not in single_touch -%}
    {{ exceptions.raise_compiler_error(
        "acquisition_model is '" ~ model ~ "': it must give a purchase to one touch: " ~ single_touch | join(', ')
    ) }}
    {%- endif %}
    {{- return(model) -}}
{%- endmacro %}


{# 1 to 5: how many fifths of the partition's rows lie strictly below; equal rows are in one (`ntile` parts them).
   What isn't known, the date of an order without one, is below all that is. #}
{% macro quintile(column) -%}
    cast(1 + 5 * (rank() over (partition by account, currency order by {{ column }} nulls first) - 1)
        // count(*) over (partition by account, currency) as integer)
{%- endmacro %}


{# The length that a gap of days between a subscription's orders stands for: a week, a month, a quarter, a year. #}
{% macro billing_interval(gap) -%}
    case
        when {{ gap }} between 6 and 8 then 7
        when {{ gap }} between 26 and 35 then 30
        when {{ gap }} between 84 and 98 then 91
        when {{ gap }} between 350 and 380 then 365
        else {{ gap }}
    end
{%- endmacro %}


{# `periods` intervals of a subscription, to be added to a local time: months are the calendar's. #}
{% macro billing_periods(interval_days, periods='1') -%}
    case {{ interval_days }}
        when 30 then to_months(cast({{ periods }} as integer))
        when 91 then to_months(cast(3 * {{ periods }} as integer))
        when 365 then to_months(cast(12 * {{ periods }} as integer))
        else to_days(cast({{ interval_days }} * {{ periods }} as integer))
    end
{%- endmacro %}


{# What a payment every `interval_days` comes to in a month. #}
{% macro monthly_recurring(amount, interval_days) -%}
    cast({{ amount }} * case {{ interval_days }}
        when 7 then 52.0 / 12
        when 30 then 1.0
        when 91 then 1.0 / 3
        when 365 then 1.0 / 12
        else 30.4375 / {{ interval_days }}
    end as decimal(18, 4))
{%- endmacro %}


{# Whether the month that lies `months` after the month `since` is covered to its last day. #}
{% macro is_complete_month(since, months, last_day_covered) -%}
    coalesce({{ since }} + to_months(cast({{ months }} + 1 as integer)) <= {{ last_day_covered }} + 1, false)
{%- endmacro %}


{# The variable `forecast_as_of` as a date. #}
{% macro forecast_as_of() -%}
    cast({{ "'" ~ var('forecast_as_of') ~ "'" if var('forecast_as_of') else 'null' }} as date)
{%- endmacro %}
