{{ config(materialized='view') }}

with

orders as (

    select * from {{ beside('int_attribution_orders') }}

),

utms as not materialized (

    select * from {{ beside('int_utms') }}

),

agreement as (

    select * from {{ beside('int_touchpoint_agreement') }}

),

final as (

    select
        orders.account,
        orders.order_key,
        orders.order_id,
        orders.contact_id,
        agreement.touchpoint,
        agreement.api_touched_at,
        {%- for field in utm_fields() %}
        api_utms.{{ field }} as api_{{ field }},
        {%- endfor %}
        agreement.clicked_at as click_touched_at,
        {%- for field in utm_fields() %}
        click_utms.{{ field }} as click_{{ field }},
        {%- endfor %}
        agreement.agrees,
        agreement.reason
    from agreement
    inner join orders on agreement.order_no = orders.order_no
    left join utms as api_utms on agreement.api_utm_key = api_utms.utm_key
    left join utms as click_utms on agreement.utm_key = click_utms.utm_key

)

select * from final
