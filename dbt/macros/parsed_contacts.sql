{# The typed columns of raw contacts (`raw_with_timezone`); of older versions also when they ceased to hold. #}
{% macro parsed_contacts(records, has_versions=false) -%}
    with

    shaped as (

        select
            * exclude (record),
            json_transform({{ exact_numbers('record', ['LTV']) }}, '{
                "id": "VARCHAR", "sourceId": "VARCHAR", "sourceSystem": "VARCHAR", "email": "VARCHAR",
                "firstName": "VARCHAR", "lastName": "VARCHAR", "LTV": "VARCHAR", "createDate": "VARCHAR",
                "firstClick": {{ touchpoint_shape() }},
                "firstOptin": {{ touchpoint_shape() }},
                "reOptin": {{ touchpoint_shape() }},
                "urlWicked": "VARCHAR",
                "links": {"clicks": {"href": "VARCHAR"}}
            }') as r
        from {{ records }}

    ),

    typed as (

        select
            {{ load_columns() }},
            {%- if has_versions %}
            superseded_at,
            {%- endif %}
            {{ text('r.id') }} as contact_id,
            {{ text('r.sourceId') }} as source_id,
            {{ text('r.sourceSystem') }} as source_system,
            {{ text('r.email') }} as email,
            {{ text('r.firstName') }} as first_name,
            {{ text('r.lastName') }} as last_name,
            {{ money('r.LTV') }} as ltv,
            {{ instant('r.createDate', 'timezone') }} as created_at,
            {{ touchpoint_columns('r.firstClick', 'first_click') }},
            {{ touchpoint_columns('r.firstOptin', 'first_optin') }},
            {{ touchpoint_columns('r.reOptin', 're_optin') }},
            {{ text('r.urlWicked') }} as wicked_url,
            {{ text('r.links.clicks.href') }} is not null as has_clicks,
            {{ is_unreadable('r.LTV', money('r.LTV')) }}
            {%- for date in ['r.createDate', 'r.firstClick.date', 'r.firstOptin.date', 'r.reOptin.date'] %}
            + {{ is_unreadable(date, instant(date, 'timezone')) }}
            {%- endfor %} as unreadable_values
        from shaped

    )

    select * from typed
{%- endmacro %}
