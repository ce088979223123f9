{#
    The rows of a raw table, with the `columns` (name: type) that an older version's table lacks as nulls; no row if
    there is no such table yet.
#}
{% macro rows_of_any_version(relation, columns) -%}
    {%- if execute and load_relation(relation) is not none -%}
    select * from {{ relation }}
    union all by name
    {% endif -%}
    select {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
{%- endmacro %}
