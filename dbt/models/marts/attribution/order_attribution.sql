{{ config(materialized='view') }}

with

attribution as (

    select * from {{ beside('int_order_attribution') }}

),

final as (

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
        source,
        medium,
        campaign,
        content,
        term,
        credit,
        attributed_gross,
        attributed_net,
        currency,
        channel,
        position,
        source_name
    from attribution

)

select * from final
