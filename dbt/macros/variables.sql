{#
    The allowed values of each variable of `dbt_project.yml`. `check_variables` refuses any other value and any other
    name before a model is built (`on-run-start`), so models needn't check.
#}
{% macro variables() -%}
    {{- return({
        'refund_semantics': {'words': ['auto', 'status', 'entry']},
        'earliest_plausible_date': {'kind': 'date', 'has_come': true},
        'attribution_lookback_days': {'kind': 'whole', 'least': 1, 'most': 3650},
        'path_start': {'words': ['lookback', 'previous_order']},
        'rebill_attribution': {'words': ['initial', 'own']},
        'path_transform': {'words': ['exposure_path', 'first_path']},
        'attribution_channel': {
            'words': ['default_channel_group', 'source', 'source_medium', 'source_medium_campaign'],
        },
        'time_decay_half_life_days': {'kind': 'number', 'least': 0.01, 'most': 3650},
        'tracking_began': {'kind': 'instant', 'has_come': true, 'or_null': true},
        'vendor_last_click_lookback_days': {'kind': 'whole', 'least': 0, 'most': 3650},
        'ad_spend_relation': {'kind': 'relation', 'or_null': true},
        'acquisition_model': {'words': one_touch_models()},
        'subscription_grace_days': {'kind': 'whole', 'least': 0, 'most': 3650},
        'forecast_as_of': {'kind': 'date', 'or_null': true},
        'forecast_minimum_repeat_customers': {'kind': 'whole', 'least': 1, 'most': 1000000000},
    }) -}}
{%- endmacro %}


{# The variables that an account may override in `raw.accounts`: the columns of that name, and their types. #}
{% macro account_facts() -%}
    {{- return({
        'refund_semantics': 'varchar',
        'tracking_began': 'timestamp',
        'vendor_last_click_lookback_days': 'integer',
        'subscription_grace_days': 'integer',
    }) -}}
{%- endmacro %}


{# The patterns of text values. A date must also exist. #}
{% macro written_as() -%}
    {{- return({
        'date': '[0-9]{4}-[0-9]{2}-[0-9]{2}',
        'instant': '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?)?',
        'relation': '("[^"]+"|[^"\'.;() ]+)([.]("[^"]+"|[^"\'.;() ]+)){0,2}',
    }) -}}
{%- endmacro %}


{# What a variable must be, in words. #}
{% macro what_it_must_be(allowed) -%}
    {%- if allowed.words -%}
    one of {{ allowed.words | join(', ') }}
    {%- elif allowed.kind == 'whole' -%}
    a whole number from {{ allowed.least }} to {{ allowed.most }}
    {%- elif allowed.kind == 'number' -%}
    a number from {{ allowed.least }} to {{ allowed.most }}
    {%- elif allowed.kind == 'date' -%}
    a date such as 2024-01-31
    {%- elif allowed.kind == 'instant' -%}
    a date such as 2024-01-31, or with a time (UTC) such as 2024-01-31 12:00:00
    {%- else -%}
    the name of a table or view, such as ads.costs
    {%- endif -%}
    {{- ', not in the future' if allowed.has_come -}}
    {{- ', or null' if allowed.or_null -}}
{%- endmacro %}


{% macro is_allowed(value, allowed) -%}
    {%- if value is none -%}
    {{- return(allowed.or_null | default(false)) -}}
    {%- elif allowed.words -%}
    {{- return(value in allowed.words) -}}
    {%- elif allowed.kind in ('whole', 'number') -%}
    {{- return(
        value is number and value is not boolean and (value is integer or allowed.kind == 'number')
        and allowed.least <= value and value <= allowed.most
    ) -}}
    {%- endif -%}
    {%- set text = value ~ '' -%}
    {%- if modules.re.fullmatch(written_as()[allowed.kind], text) is none -%}
    {{- return(false) -}}
    {%- elif allowed.kind == 'relation' -%}
    {{- return(true) -}}
    {%- endif -%}
    {%- set latest = 'now()' if allowed.has_come else "timestamp '9999-12-31 23:59:59'" -%}
    {{- return(run_query(
        "select coalesce(try_cast('" ~ text ~ "' as timestamp) <= cast(" ~ latest ~ " as timestamp), false)"
    ).rows[0][0]) -}}
{%- endmacro %}


{# Raises an error for the first wrong variable, in one line that names it. #}
{% macro check_variables() -%}
    {%- if execute -%}
        {%- set known = variables() -%}
        {#- a project that imports this one may have variables of its own -#}
        {%- set named = (invocation_args_dict.vars or {}).keys() if project_name == 'wicked' else [] -%}
        {%- for name in named if name not in known -%}
            {{- exceptions.raise_compiler_error(
                "there is no variable " ~ name ~ ": there are " ~ known.keys() | join(', ')
            ) -}}
        {%- endfor -%}
        {%- for name, allowed in known.items() if not is_allowed(var(name), allowed) -%}
            {{- exceptions.raise_compiler_error(
                name ~ " is " ~ ('null' if var(name) is none else var(name)) ~ ": it must be " ~ what_it_must_be(allowed)
            ) -}}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
