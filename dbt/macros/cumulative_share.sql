{#
    The money of one touch by cumulative rounding: the money of the touches up to this one, rounded to 4 places, minus
    that of the touches before it. The last touch (cumulative credit 1) gets the rest, so an order's touches add up to
    it exactly, none is off by more than 0.0001, and none is negative. Amounts are whole units of 0.0001, which sum
    several times faster than decimals.
#}
{% macro cumulative_share(units, credit_before, credit_through) -%}
    case when {{ credit_through }} >= 1 then {{ units }} else {{ cumulative_units(units, credit_through) }} end
    - {{ cumulative_units(units, credit_before) }}
{%- endmacro %}


{#
    Half a unit is rounded up, also if floating point left it slightly below. The credit is computed before it is
    multiplied, so each touch's share begins exactly where the previous one ends, to the last digit.
#}
{% macro cumulative_units(units, credit) -%}
    cast(floor({{ units }} * ({{ credit }}) + 0.50001) as bigint)
{%- endmacro %}
