{#
    The relation of spend: the table that `wicked-pipeline spend` fills, or your own (`schema.table` or
    `catalog.schema.table`).
#}
{% macro ad_spend_relation() -%}
    {%- set loaded = source('wicked', 'ad_spend') -%}
    {{- var('ad_spend_relation') or loaded -}}
{%- endmacro %}


{# The relation's columns in lower case; empty if nothing was loaded yet. #}
{% macro ad_spend_columns() -%}
    {%- set loaded = source('wicked', 'ad_spend') -%}
    {%- set columns = [] -%}
    {%- if execute -%}
        {%- set own = var('ad_spend_relation') -%}
        {%- set exists = own or load_relation(loaded) is not none -%}
        {%- if exists -%}
            {%- for row in run_query('describe ' ~ ad_spend_relation()).rows -%}
                {%- do columns.append(row[0] | lower) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(columns) -}}
{%- endmacro %}
