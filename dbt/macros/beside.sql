{#-
    A model's name without its database, for use in views. DuckDB names the database after the file, so a view with that
    name breaks if the file is copied, or attached, under another name.
-#}
{% macro beside(model) %}{{ ref(model).include(database=false) }}{% endmacro %}
