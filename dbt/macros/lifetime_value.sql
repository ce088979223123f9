{# Variables and rules that several lifetime-value models use. #}


{# The model whose touch of the first purchase acquired the customer. #}
{% macro acquisition_model() -%}
    {{- return(var('acquisition_model')) -}}
{%- endmacro %}


{#
    The quintile, 1 to 5: 1 plus the number of fifths of the partition's rows that are strictly below. Equal rows share
    one (`ntile` would separate them). An unknown value, such as a missing date, is below all known ones.
#}
{% macro quintile(column) -%}
    cast(1 + 5 * (rank() over (partition by account, currency order by {{ column }} nulls first) - 1)
        // count(*) over (partition by account, currency) as integer)
{%- endmacro %}


{#
    The periods that shops sell: the length in days for columns and on average, the tolerance of a renewal in days, and
    the ranges of days that are one, two and three periods.
#}
{% macro billing_periods_known() -%}
    {{- return([
        {'days': 7, 'length': 7, 'slack': 1, 'spans': [[6, 8], [13, 15], [20, 22]]},
        {'days': 14, 'length': 14, 'slack': 1, 'spans': [[13, 15], [27, 29], [41, 43]]},
        {'days': 30, 'months': 1, 'length': 30.4375, 'slack': 3, 'spans': [[26, 35], [56, 66], [86, 97]],
            'calendar': [29, 30, 31]},
        {'days': 61, 'months': 2, 'length': 60.875, 'slack': 3, 'spans': [[56, 66], [117, 127], [178, 188]],
            'calendar': [59, 61, 62]},
        {'days': 91, 'months': 3, 'length': 91.3125, 'slack': 3, 'spans': [[84, 98], [177, 188], [268, 280]],
            'calendar': [89, 90, 91, 92]},
        {'days': 182, 'months': 6, 'length': 182.625, 'slack': 3, 'spans': [[175, 190], [355, 375], [540, 556]],
            'calendar': [181, 182, 183, 184]},
        {'days': 365, 'months': 12, 'length': 365.25, 'slack': 3, 'spans': [[350, 380], [715, 745], [1080, 1110]],
            'calendar': [365, 366]},
    ]) -}}
{%- endmacro %}


{# The period of a gap in days; null if none. #}
{% macro period_of_gap(gap) -%}
    case
        {%- for period in billing_periods_known() %}
        when {{ gap }} between {{ period.spans[0] | join(' and ') }} then {{ period.days }}
        {%- endfor %}
    end
{%- endmacro %}


{# Whether two amounts are one price: they differ by at most a twentieth of the larger. #}
{% macro is_like(amount, other) -%}
    coalesce(abs({{ amount }} - {{ other }}) <= 0.05 * greatest({{ amount }}, {{ other }}), false)
{%- endmacro %}


{# A band of prices within a factor of about 1.4. #}
{% macro amount_band(amount) -%}
    cast(round(log2(greatest({{ amount }}, 0.0001))) as integer)
{%- endmacro %}


{# How many intervals a number of days is, give or take a few days: one, two or three, else null. #}
{% macro whole_intervals(days, interval_days) -%}
    {%- set length %}case {{ interval_days }}
        {%- for period in billing_periods_known() if period.months %} when {{ period.days }} then {{ period.length }}
        {%- endfor %} else {{ interval_days }} end{% endset -%}
    case
        when round({{ days }} / ({{ length }})) between 1 and 3
            and abs({{ days }} - round({{ days }} / ({{ length }})) * ({{ length }}))
            <= case when {{ interval_days }} < 26 then 1 else 3 end
            then round({{ days }} / ({{ length }}))
    end
{%- endmacro %}


{# Whether an order is as many whole intervals after an earlier order as the order just before it. #}
{% macro is_of_one_beat(days, days_since_previous, interval_days) -%}
    coalesce({{ whole_intervals(days, interval_days) }}
        = {{ whole_intervals('(' ~ days ~ ' - ' ~ days_since_previous ~ ')', interval_days) }}, false)
{%- endmacro %}


{# `periods` intervals of a subscription, to add to a local time; months are calendar months. #}
{% macro billing_periods(interval_days, periods='1') -%}
    case {{ interval_days }}
        {%- for period in billing_periods_known() if period.months %}
        when {{ period.days }} then to_months(cast({{ period.months }} * {{ periods }} as integer))
        {%- endfor %}
        else to_days(cast({{ interval_days }} * {{ periods }} as integer))
    end
{%- endmacro %}


{# A payment every `interval_days`, converted to a month. #}
{% macro monthly_recurring(amount, interval_days) -%}
    try_cast({{ amount }} * case {{ interval_days }}
        when 7 then 52.0 / 12
        when 14 then 26.0 / 12
        {%- for period in billing_periods_known() if period.months %}
        when {{ period.days }} then 1.0 / {{ period.months }}
        {%- endfor %}
        else 30.4375 / {{ interval_days }}
    end as decimal(38, 4))
{%- endmacro %}


{# Whether the month that is `months` after the month `since` is covered to its last day. #}
{% macro is_complete_month(since, months, last_day_covered) -%}
    coalesce({{ since }} + to_months(cast({{ months }} + 1 as integer)) <= {{ last_day_covered }} + 1, false)
{%- endmacro %}


{# The variable `forecast_as_of` as a date. #}
{% macro forecast_as_of() -%}
    cast({{ "'" ~ var('forecast_as_of') ~ "'" if var('forecast_as_of') else 'null' }} as date)
{%- endmacro %}
