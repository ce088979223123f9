with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

-- one row per order and touchpoint, without UTMs where there is none
touchpoints as (

    select
        orders.day_key,
        orders.is_purchase,
        orders.gross_units,
        orders.net_units,
        touchpoints.*
    from {{ ref('int_order_touchpoints') }} as touchpoints
    inner join orders on touchpoints.order_no = orders.order_no

),

shares as (

    select
        *,
        {{- gross_shares_by_model('touchpoint') }}
    from touchpoints

),

final as (

    select
        day_key,
        utm_key,
        {{- sums_by_model('touchpoint') }}
    from shares
    group by day_key, utm_key

)

select * from final
