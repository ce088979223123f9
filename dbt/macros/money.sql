{#
    A record's amount is DECIMAL(18,4), as staging parses it. Sums, averages and monthly rates of amounts may have more
    digits and are DECIMAL(38,4), so no record, and no number of records, is too large for a mart. A sum has that type
    by itself. Before two amounts are added or subtracted, one is widened: DuckDB's difference of two DECIMAL(18,4) is
    no wider than they are, and overflows. Only the totals of one order are narrowed again (`order_money`).
#}


{# The widest money type. A division by 0, or a value that doesn't fit, is null. #}
{% macro wide_money(value) -%}
    try_cast({{ value }} as decimal(38, 4))
{%- endmacro %}


{#
    The money of one order, as narrow as an amount: attribution computes with whole units of 64 bits. Payments above the
    widest amount become that amount; the check `payments_of_an_order_fit` names them.
#}
{% macro order_money(value) -%}
    coalesce(
        try_cast({{ value }} as decimal(18, 4)),
        case when {{ value }} < 0 then -99999999999999.9999 when {{ value }} > 0 then 99999999999999.9999 end
    )
{%- endmacro %}


{# Money in whole units of 0.0001. Computed in two parts, because the widest amount × 10000 has more digits than its type. #}
{% macro money_units(money) -%}
    (cast(trunc({{ money }}) as bigint) * 10000 + cast(({{ money }} - trunc({{ money }})) * 10000 as bigint))
{%- endmacro %}


{# Money from whole units, or from their sum. #}
{% macro money_of_units(units) -%}
    cast({{ units }} as decimal(34, 0)) * 0.0001
{%- endmacro %}
