{{ config(materialized='view') }}

{%- set click_models = single_touch_models().keys() | list + multi_touch_models() -%}
{%- set api_models = touchpoint_models() + ['linear', 'full_impact'] -%}

with

orders as (

    select * from {{ beside('int_attribution_orders') }}

),

utms as (

    select * from {{ beside('int_utms') }}

),

touchpoints as (

    select * from {{ beside('int_order_touchpoints') }}

),

order_paths as (

    select * from {{ beside('int_order_paths') }}

),

path_touches as (

    select * from {{ beside('int_path_touches') }}

),

api_models as (

    select unnest({{ api_models }}) as attribution_model

),

click_models as (

    select unnest({{ click_models }}) as attribution_model

),

-- an order has a row for each touchpoint, without UTMs where there is none
touchpoint_rows as (

    select
        orders.*,
        api_models.attribution_model,
        case when touchpoints.is_present then touchpoints.touchpoint end as touchpoint,
        touchpoints.touched_at,
        touchpoints.utm_id,
        cast(null as bigint) as position,
        case
            when api_models.attribution_model = 'linear' and touchpoints.is_present
                then (touchpoints.position - 1) / touchpoints.touchpoints
            else 0
        end as credit_before,
        case
            when api_models.attribution_model = 'linear' and touchpoints.is_present
                then touchpoints.position / touchpoints.touchpoints
            else 1
        end as credit_through,
        case
            when api_models.attribution_model = 'linear' and touchpoints.is_present then 1 / touchpoints.touchpoints
            else 1
        end as credit
    from touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    cross join api_models
    where api_models.attribution_model = touchpoints.touchpoint
        or (api_models.attribution_model = 'linear' and touchpoints.is_present)
        or (api_models.attribution_model = 'full_impact' and touchpoints.names_its_click)
        -- an order for which a model finds nothing keeps one row, unattributed
        or (
            api_models.attribution_model in ('linear', 'full_impact')
            and touchpoints.touchpoints = 0
            and touchpoints.touchpoint = 'first_click'
        )

),

touches as (

    select
        orders.*,
        order_paths.path_no,
        path_touches.* exclude (path_no)
    from orders
    left join order_paths on orders.order_no = order_paths.order_no
    left join path_touches on order_paths.path_no = path_touches.path_no

),

click_rows as (

    select
        touches.*,
        click_models.attribution_model,
        case click_models.attribution_model
            {%- for model in multi_touch_models() %}
            when '{{ model }}' then {{ touch_before(model) }}
            {%- endfor %}
            else 0
        end as credit_before,
        case click_models.attribution_model
            {%- for model in multi_touch_models() %}
            when '{{ model }}' then {{ touch_through(model) }}
            {%- endfor %}
            else 1
        end as credit_through,
        case click_models.attribution_model
            {%- for model in multi_touch_models() %}
            when '{{ model }}' then {{ touch_credit(model) }}
            {%- endfor %}
            else 1
        end as credit
    from touches
    cross join click_models
    where touches.position is null
        or case click_models.attribution_model
            {%- for model, touch in single_touch_models().items() %}
            when '{{ model }}' then {{ touch }}
            {%- endfor %}
            else true
        end

),

credited as (

    select
        account,
        order_key,
        order_id,
        contact_id,
        order_date,
        is_purchase,
        attribution_model,
        touchpoint,
        touched_at,
        utm_id,
        credit,
        credit_before,
        credit_through,
        gross_units,
        net_units,
        currency,
        position
    from touchpoint_rows
    union all
    select
        account,
        order_key,
        order_id,
        contact_id,
        order_date,
        is_purchase,
        attribution_model,
        case when position is not null then 'click' end as touchpoint,
        clicked_at as touched_at,
        utm_id,
        case when position is null then 1 else credit end as credit,
        case when position is null then 0 else credit_before end as credit_before,
        case when position is null then 1 else credit_through end as credit_through,
        gross_units,
        net_units,
        currency,
        position
    from click_rows

),

final as (

    select
        credited.account,
        credited.order_key,
        credited.order_id,
        credited.contact_id,
        credited.order_date,
        credited.is_purchase,
        credited.attribution_model,
        credited.touchpoint,
        credited.touched_at,
        utms.source,
        utms.medium,
        utms.campaign,
        utms.content,
        utms.term,
        cast(credited.credit as double) as credit,
        cast(
            {{ money_of_units(cumulative_share('gross_units', 'credit_before', 'credit_through')) }} as decimal(18, 4)
        ) as attributed_gross,
        cast(
            {{ money_of_units(cumulative_share('net_units', 'credit_before', 'credit_through')) }} as decimal(18, 4)
        ) as attributed_net,
        credited.currency,
        utms.channel,
        credited.position,
        nullif(utms.source_name, '') as source_name
    from credited
    left join utms on credited.utm_id = utms.utm_id

)

select * from final
