{#
    The money of one touch by cumulative rounding: what the touches up to this one have, rounded to 4 places, less what
    those before it have. The last one (cumulative credit 1) gets the rest, so an order's touches add up to it exactly,
    none is off by more than 0.0001, and none is negative.
#}
{% macro cumulative_share(amount, credit_before, credit_through) -%}
    {{ cumulative_money(amount, credit_through) }} - {{ cumulative_money(amount, credit_before) }}
{%- endmacro %}


{% macro cumulative_money(amount, credit) -%}
    case
        when {{ credit }} >= 1 then {{ amount }}
        -- from 8 places, so that half of 0.0001 is rounded up whatever the floating point made of it
        else cast(round(round({{ amount }} * {{ credit }}, 8), 4) as decimal(18, 4))
    end
{%- endmacro %}
