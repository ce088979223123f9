{#
    Schemas are named exactly as configured (staging, intermediate, marts, checks), without the target's prefix. dbt calls this
    for each node while it parses, so a warehouse whose name DuckDB would take for a schema is refused before any build.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set taken = [
        'raw', 'staging', 'intermediate', 'marts', 'checks', 'main', 'system', 'temp', 'information_schema', 'pg_catalog'
    ] -%}
    {%- if target.database | lower in taken -%}
        {{ exceptions.raise_compiler_error(
            "WICKED_DUCKDB_PATH: a warehouse can't be called " ~ target.database
            ~ ": DuckDB would take it for a schema; rename the file"
        ) }}
    {%- endif -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
