{#
    How many spreads a day's number of records may lie from its weekday's usual before it is unusual.
    Measured (wicked_pipeline_tests/dbt/test_data_health.py): of days that vary by chance alone fewer than one in ten
    thousand lie outside, so three endpoints give a false alarm in some ten years.
#}
{% macro usual_band() -%}
    5
{%- endmacro %}
