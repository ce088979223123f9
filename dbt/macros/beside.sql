{#-
    A model, for views: named without its database. DuckDB calls the database as the file is called, and a view that says
    so breaks when the file is copied to another name, or attached under one.
-#}
{% macro beside(model) %}{{ ref(model).include(database=false) }}{% endmacro %}
