{#
    What orders a contact's clicks of one instant, as one number, since sorting by several columns takes longer: the first
    click is the first and the last the last (a click that is both is neither), between them the reading's own order, and
    for clicks of two readings that say nothing a few bits of the hash, so that every build has the same order.
#}
{% macro order_in_instant(is_newest_first) -%}
    (1 - cast(coalesce(is_first_click, false) as bigint) + cast(coalesce(is_last_click, false) as bigint)) * (1::bigint << 60)
    + case
        when {{ is_newest_first }} then (1::bigint << 40) - 1 - {{ place_in_reading() }}
        else {{ place_in_reading() }}
    end * (1::bigint << 20)
    + cast('0x' || left(click_identity, 5) as bigint)
{%- endmacro %}
