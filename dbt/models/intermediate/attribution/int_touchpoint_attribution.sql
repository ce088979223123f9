{%- set nothing = "(touchpoints = 0 and touchpoint = 'first_click')" -%}
{%- set shares = ['(position - 1) / greatest(touchpoints, 1)', 'position / greatest(touchpoints, 1)'] -%}

with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

-- one row per order and touchpoint, without UTMs where there is none
touchpoints as (

    select
        orders.day_id,
        orders.is_purchase,
        orders.gross_units,
        orders.net_units,
        touchpoints.*
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no

),

final as (

    select
        day_id,
        utm_id,
        {%- for model in touchpoint_models() %}
        count(*) filter (where touchpoint = '{{ model }}') as {{ model }}_rows,
        count(*) filter (where touchpoint = '{{ model }}' and is_purchase) as {{ model }}_orders,
        sum(gross_units) filter (where touchpoint = '{{ model }}') as {{ model }}_gross,
        sum(net_units) filter (where touchpoint = '{{ model }}') as {{ model }}_net,
        {%- endfor %}
        count(*) filter (where is_present or {{ nothing }}) as linear_rows,
        sum(case when is_purchase then 1 / greatest(touchpoints, 1) else 0 end)
            filter (where is_present or {{ nothing }}) as linear_credit,
        sum({{ cumulative_share('gross_units', shares[0], shares[1]) }})
            filter (where is_present or {{ nothing }}) as linear_gross,
        sum({{ cumulative_share('net_units', shares[0], shares[1]) }})
            filter (where is_present or {{ nothing }}) as linear_net,
        count(*) filter (where names_its_click or {{ nothing }}) as full_impact_rows,
        count(*) filter (where is_purchase and (names_its_click or {{ nothing }})) as full_impact_credit,
        sum(gross_units) filter (where names_its_click or {{ nothing }}) as full_impact_gross,
        sum(net_units) filter (where names_its_click or {{ nothing }}) as full_impact_net
    from touchpoints
    group by day_id, utm_id

)

select * from final
