{# A touchpoint's fields, nested as in the API, and flat as in our columns. #}


{% macro touchpoint_shape() -%}
    {"date": "VARCHAR", "source": "VARCHAR", "medium": "VARCHAR", "campaign": "VARCHAR", "content": "VARCHAR", "term": "VARCHAR"}
{%- endmacro %}


{# Parsed columns `<prefix>_at`, `<prefix>_source` … of a nested touchpoint. #}
{% macro touchpoint_columns(touchpoint, prefix) -%}
    {{ instant(touchpoint ~ '.date', 'timezone') }} as {{ prefix }}_at
    {%- for field in utm_fields() %},
        {{ text(touchpoint ~ '.' ~ field) }} as {{ prefix }}_{{ field }}
    {%- endfor %}
{%- endmacro %}


{# The names of a touchpoint's columns. #}
{% macro touchpoint_column_names(prefix) -%}
    {{ prefix }}_at
    {%- for field in utm_fields() %},
        {{ prefix }}_{{ field }}
    {%- endfor %}
{%- endmacro %}
