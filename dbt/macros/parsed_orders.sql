{# The typed columns of raw orders (`raw_with_timezone`); of older versions also when they ceased to hold. #}
{% macro parsed_orders(records, has_versions=false) -%}
    with

    shaped as (

        select
            * exclude (record),
            json_transform({{ exact_numbers('record', ['amount', 'PPU', 'qty']) }}, '{
                "id": "VARCHAR", "sourceId": "VARCHAR", "sourceSystem": "VARCHAR", "date": "VARCHAR",
                "attributions": {
                    "firstClick": {{ touchpoint_shape() }},
                    "firstOptin": {{ touchpoint_shape() }},
                    "reOptin": {{ touchpoint_shape() }},
                    "lastClick": {{ touchpoint_shape() }}
                },
                "contact": {"id": "VARCHAR", "sourceId": "VARCHAR", "email": "VARCHAR"},
                "products": [{"id": "VARCHAR", "name": "VARCHAR", "qty": "VARCHAR", "PPU": "VARCHAR"}],
                "payments": [{"date": "VARCHAR", "status": "VARCHAR", "amount": "VARCHAR"}],
                "amount": "VARCHAR", "currency": "VARCHAR", "subscriptionId": "VARCHAR"
            }') as r
        from {{ records }}

    ),

    typed as (

        select
            {{ load_columns() }},
            {%- if has_versions %}
            superseded_at,
            {%- endif %}
            {{ text('r.id') }} as order_id,
            {{ text('r.sourceId') }} as source_id,
            {{ text('r.sourceSystem') }} as source_system,
            {{ instant('r.date', 'timezone') }} as ordered_at,
            {{ text('r.contact.id') }} as contact_id,
            {{ text('r.contact.sourceId') }} as contact_source_id,
            {{ text('r.contact.email') }} as contact_email,
            {{ money('r.amount') }} as amount,
            {{ text('r.currency') }} as currency,
            {{ text('r.subscriptionId') }} as subscription_id,
            {{ touchpoint_columns('r.attributions.firstClick', 'first_click') }},
            {{ touchpoint_columns('r.attributions.firstOptin', 'first_optin') }},
            {{ touchpoint_columns('r.attributions.reOptin', 're_optin') }},
            {{ touchpoint_columns('r.attributions.lastClick', 'last_click') }},
            list_transform(r.products, lambda p: {
                'product_id': {{ text('p.id') }},
                'product_name': {{ text('p.name') }},
                'quantity': {{ money('p.qty') }},
                'unit_price': {{ money('p.PPU') }}
            }) as products,
            list_transform(r.payments, lambda p: {
                'paid_at': {{ instant('p.date', 'timezone') }},
                'status': {{ text('p.status') }},
                'amount': {{ money('p.amount') }}
            }) as payments,
            {{ is_unreadable('r.amount', money('r.amount')) }}
            + {{ is_unreadable('r.date', instant('r.date', 'timezone')) }}
            {%- for touchpoint in ['firstClick', 'firstOptin', 'reOptin', 'lastClick'] %}
            {%- set date = 'r.attributions.' ~ touchpoint ~ '.date' %}
            + {{ is_unreadable(date, instant(date, 'timezone')) }}
            {%- endfor %}
            + coalesce(list_sum(list_transform(
                r.payments,
                lambda p: {{ is_unreadable('p.date', instant('p.date', 'timezone')) }}
                + {{ is_unreadable('p.amount', money('p.amount')) }}
            )), 0) as unreadable_values
        from shaped

    )

    select * from typed
{%- endmacro %}
