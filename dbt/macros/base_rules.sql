{#
    The version of the rules by which base models parse a record: raise it with every change of their result. The
    comment of a base table has the version that built it; another version builds the table anew.
#}
{% macro base_rules() -%}
    3
{%- endmacro %}


{# A base model's post-hook. #}
{% macro tell_base_rules() -%}
    comment on table {{ this }} is 'read by rules {{ base_rules() }}'
{%- endmacro %}


{# dbt's own rule, plus: base tables that another version of the rules built. #}
{% macro should_full_refresh() %}
    {%- set asked = config.get('full_refresh') -%}
    {%- if asked is none -%}
        {%- set asked = flags.FULL_REFRESH -%}
    {%- endif -%}
    {%- do return(asked or (execute and model.config.materialized == 'incremental' and made_by_other_rules())) -%}
{% endmacro %}


{% macro made_by_other_rules() %}
    {%- set told = run_query(
        "select comment from duckdb_tables() where database_name = '" ~ this.database ~ "' and schema_name = '"
        ~ this.schema ~ "' and table_name = '" ~ this.identifier ~ "'"
    ) -%}
    {%- do return(told.rows and told.rows[0][0] != 'read by rules ' ~ base_rules()) -%}
{% endmacro %}
