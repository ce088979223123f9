{#
    The money of one touch by cumulative rounding: what the touches up to this one have, rounded to 4 places, less what
    those before it have. The last one (cumulative credit 1) gets the rest, so an order's touches add up to it exactly,
    none is off by more than 0.0001, and none is negative. In whole units of 0.0001, which sum several times faster than
    decimals.
#}
{% macro cumulative_share(units, credit_before, credit_through) -%}
    case when {{ credit_through }} >= 1 then {{ units }} else {{ cumulative_units(units, credit_through) }} end
    - {{ cumulative_units(units, credit_before) }}
{%- endmacro %}


{# Half a unit is rounded up, and so is what floating point left a hair below it. A credit is worked out before it is
   multiplied: so where one touch's share ends the next one's begins, to the last digit. #}
{% macro cumulative_units(units, credit) -%}
    cast(floor({{ units }} * ({{ credit }}) + 0.50001) as bigint)
{%- endmacro %}
