{%- set touchpoints = ['first_click', 'first_optin', 're_optin', 'last_click'] -%}

with

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

touchpoints as (

    {% for touchpoint in touchpoints %}
    select
        account,
        order_id,
        '{{ touchpoint }}' as touchpoint,
        {{ loop.index }} as touchpoint_order,
        {{ touchpoint }}_at as touched_at
        {%- for field in utm_fields() %},
        {{ touchpoint }}_{{ field }} as {{ field }}
        {%- endfor %}
    from orders
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

-- a touchpoint exists when any of its fields does
existing as (

    select * from touchpoints
    where touched_at is not null
        or coalesce(source, medium, campaign, content, term) is not null

),

final as (

    select
        account,
        order_id,
        touchpoint,
        touched_at,
        source,
        medium,
        campaign,
        content,
        term,
        row_number() over order_touchpoints as position,
        count(*) over (partition by account, order_id) as touchpoints,
        row_number() over (
            partition by account, order_id, touched_at, source, medium, campaign, content, term
            order by touchpoint_order
        ) = 1 as names_its_click
    from existing
    window order_touchpoints as (partition by account, order_id order by touchpoint_order)

)

select * from final
