{{ config(materialized='view') }}

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

touches as (

    select * from {{ beside('int_order_touches') }}

),

{% for family in ['touchpoint', 'click'] -%}
{{ family }}_models as (

    select unnest({{ attribution_models(family) | map(attribute='name') | list }}) as attribution_model

),

{% endfor -%}
-- an order for which a model finds nothing keeps one unattributed row
touchpoint_rows as (

    select
        orders.*,
        touchpoint_models.attribution_model,
        case when touchpoints.is_present then touchpoints.touchpoint end as touchpoint,
        touchpoints.touched_at,
        touchpoints.utm_key,
        cast(null as bigint) as position,
        {%- for part, otherwise in {'credit': 1, 'before': 0, 'through': 1}.items() %}
        {{ of_its_model('touchpoint', part, otherwise) }} as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from touchpoints
    inner join orders on touchpoints.order_no = orders.order_no
    cross join touchpoint_models
    where {{ of_its_model('touchpoint', 'takes', 'true') }}

),

click_rows as (

    select
        touches.*,
        click_models.attribution_model,
        {%- for part, otherwise in {'credit': 1, 'before': 0, 'through': 1}.items() %}
        {{ of_its_model('click', part, otherwise) }} as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from touches
    cross join click_models
    where {{ of_its_model('click', 'takes', 'true') }}

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
        utm_key,
        credit,
        before,
        through,
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
        case when is_present then 'click' end as touchpoint,
        clicked_at as touched_at,
        utm_key,
        credit,
        before,
        through,
        gross_units,
        net_units,
        currency,
        case when is_present then position end as position
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
        cast({{ money_of_units(cumulative_share('gross_units', 'before', 'through')) }} as decimal(18, 4))
            as attributed_gross,
        cast({{ money_of_units(cumulative_share('net_units', 'before', 'through')) }} as decimal(18, 4))
            as attributed_net,
        credited.currency,
        utms.channel,
        credited.position,
        nullif(utms.source_name, '') as source_name
    from credited
    left join utms on credited.utm_key = utms.utm_key

)

select * from final
