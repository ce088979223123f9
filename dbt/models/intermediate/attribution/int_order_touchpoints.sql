{%- set touchpoints = touchpoint_models() -%}

with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

orders as (

    select
        attribution_orders.order_no,
        attribution_orders.purchase_key is null as is_own,
        staged.* replace (
            {%- for touchpoint in touchpoints %}
            {{ plausible('staged.' ~ touchpoint ~ '_at') }} as {{ touchpoint }}_at{{ ',' if not loop.last }}
            {%- endfor %}
        )
    from {{ ref('stg_wicked__orders') }} as staged
    left join accounts on staged.account = accounts.account
    inner join {{ ref('int_attribution_orders') }} as attribution_orders
        on staged.account = attribution_orders.account
        and staged.order_key = coalesce(attribution_orders.purchase_key, attribution_orders.order_key)

),

-- a touchpoint exists when any of its fields does
found as (

    select
        order_no,
        is_own,
        {%- for touchpoint in touchpoints %}
        {{ touchpoint }}_at,
        {{ touchpoint }}_at is not null
        {%- for field in utm_fields() %}
        or {{ touchpoint }}_{{ field }} is not null
        {%- endfor %} as has_{{ touchpoint }},
        case when has_{{ touchpoint }} then {{ utm_key('account', touchpoint ~ '_') }} end as {{ touchpoint }}_utm,
        {%- endfor %}
        {% for touchpoint in touchpoints %}
        {{- '+ ' if not loop.first }}cast(has_{{ touchpoint }} as integer) {% endfor %} as touchpoints
    from orders

),

final as (

    {% for touchpoint in touchpoints %}
    {%- set before = touchpoints[:loop.index0] %}
    select
        order_no,
        '{{ touchpoint }}' as touchpoint,
        is_own,
        has_{{ touchpoint }} as is_present,
        {{ touchpoint }}_at as touched_at,
        {{ touchpoint }}_utm as utm_key,
        touchpoints,
        {% for earlier in before %}cast(has_{{ earlier }} as integer) + {% endfor %}1 as position,
        -- one click may hold several: the first of them names it
        has_{{ touchpoint }}
        {%- for earlier in before %}
        and not (
            has_{{ earlier }}
            and {{ earlier }}_utm = {{ touchpoint }}_utm
            and {{ earlier }}_at is not distinct from {{ touchpoint }}_at
        )
        {%- endfor %} as names_its_click,
        {{ 'touchpoints = 0' if loop.first else 'false' }} as stands_for_none
    from found
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
