{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__accounts'}}}) }}

{%- set read = [
    ('stg_wicked__contacts', 'contact_id', ['created_at', 'first_click_at', 'first_optin_at', 're_optin_at']),
    ('stg_wicked__clicks', 'click_key', ['clicked_at']),
    ('stg_wicked__orders', 'order_id',
        ['ordered_at', 'first_click_at', 'first_optin_at', 're_optin_at', 'last_click_at']),
    ('stg_wicked__order_payments', 'order_id', ['paid_at']),
    ('stg_wicked__ad_spend', 'campaign', ['date']),
] %}

with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

{% for model, id, fields in read -%}
{% for field in fields -%}
{{ model }}_{{ field }} as (

    select
        accounts.account,
        '{{ model }}' as model,
        '{{ field }}' as field,
        count(*) as records,
        cast(min(records.{{ field }}) as varchar) as earliest,
        cast(max(records.{{ field }}) as varchar) as latest,
        {{ examples('records.' ~ id) }} as examples
    from {{ ref(model) }} as records
    inner join accounts on records.account = accounts.account
    where records.{{ field }} < accounts.earliest_plausible_at
        or records.{{ field }} > accounts.latest_plausible_at
    group by accounts.account

),

{% endfor -%}
{% endfor -%}
implausible as (

    {% for model, id, fields in read -%}
    {% set last_model = loop.last -%}
    {% for field in fields -%}
    select * from {{ model }}_{{ field }}
    {{ 'union all' if not (loop.last and last_model) }}
    {% endfor -%}
    {% endfor %}

)

select * from implausible
