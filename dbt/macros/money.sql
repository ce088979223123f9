{#
    An amount of one record is DECIMAL(18,4), as staging reads it. Whatever is made of amounts (sums, averages, rates by
    the month) may have more digits, and is DECIMAL(38,4): so no record, and no number of them, is too large for a mart.
    A sum is that by itself. Of two amounts that are added or subtracted one is widened first: DuckDB's difference of two
    DECIMAL(18,4) is no wider than they are, and overflows. Money is never narrowed again, but for the totals of one
    order (`order_money`).
#}


{# The widest money. A quotient by nothing, or what no decimal can hold, is null. #}
{% macro wide_money(value) -%}
    try_cast({{ value }} as decimal(38, 4))
{%- endmacro %}


{#
    The money of one order, as narrow as an amount: attribution reckons it in whole units of 64 bits. Payments that come to
    more than the widest amount are that amount; the check `payments_of_an_order_fit` names them.
#}
{% macro order_money(value) -%}
    coalesce(
        try_cast({{ value }} as decimal(18, 4)),
        case when {{ value }} < 0 then -99999999999999.9999 when {{ value }} > 0 then 99999999999999.9999 end
    )
{%- endmacro %}


{# Whole units of 0.0001. In two parts: the widest amount times 10000 has more digits than its type. #}
{% macro money_units(money) -%}
    (cast(trunc({{ money }}) as bigint) * 10000 + cast(({{ money }} - trunc({{ money }})) * 10000 as bigint))
{%- endmacro %}


{# Money of whole units, or of their sum. #}
{% macro money_of_units(units) -%}
    cast({{ units }} as decimal(34, 0)) * 0.0001
{%- endmacro %}
