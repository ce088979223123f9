{#
    Sort key of a contact's clicks at one instant, as one number, because sorting by several columns takes longer. The
    click flagged as first comes first and the click flagged as last comes last (a click with both flags counts as
    neither). Between them the reading's own order applies. For clicks of two readings, a few bits of the hash give
    every build the same order.
#}
{% macro order_in_instant(is_newest_first) -%}
    (1 - cast(coalesce(is_first_click, false) as bigint) + cast(coalesce(is_last_click, false) as bigint)) * (1::bigint << 60)
    + case
        when {{ is_newest_first }} then (1::bigint << 40) - 1 - {{ place_in_reading() }}
        else {{ place_in_reading() }}
    end * (1::bigint << 20)
    + cast('0x' || left(click_identity, 5) as bigint)
{%- endmacro %}
