{# The origin of a click from its tracking URL, for clicks whose record names no source and medium. #}


{# The character before a parameter's name, also in a fragment and in HTML (`&amp;`). #}
{% macro parameter_start() %}[?&#;]{% endmacro %}


{# Whether a word means "none". #}
{% macro means_none(word) -%}
    lower(trim(coalesce({{ word }}, ''))) in ('', 'direct', '(direct)', 'none', '(none)', '(not set)', '(not%20set)')
{%- endmacro %}


{#
    Names of the parameters that have a value, in the URL's order. An id begins with a letter or digit: `{gclid}` is an
    unfilled template.
#}
{% macro url_parameters(url) -%}
    list_transform(
        regexp_extract_all({{ url }}, '{{ parameter_start() }}([A-Za-z0-9_.-]+)=[A-Za-z0-9_.~-]', 1),
        lambda name: lower(name)
    )
{%- endmacro %}


{% macro url_has_utms(url) -%}
    regexp_matches({{ url }}, '(?i){{ parameter_start() }}utm_')
{%- endmacro %}


{# The decoded value of the URL's `utm_<field>`; null if it has none. #}
{% macro url_utm(url, field) -%}
    {%- set written = "regexp_extract(" ~ url ~ ", '(?i)" ~ parameter_start() ~ "utm_" ~ field ~ "=([^&#]*)', 1)" -%}
    {{ text("coalesce(try(url_decode(replace(" ~ written ~ ", '+', ' '))), " ~ written ~ ")") }}
{%- endmacro %}


{# The seed `click_ids`; empty if staging is run alone in a warehouse without seeds. #}
{% macro click_ids() -%}
    {%- set seed = ref('click_ids') -%}
    {%- if execute and load_relation(seed) is none -%}
    (select '' as parameter, '' as source, '' as medium where false)
    {%- else -%}
    {{ seed }}
    {%- endif -%}
{%- endmacro %}
