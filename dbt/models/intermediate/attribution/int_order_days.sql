with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

final as (

    select distinct
        day_key,
        account,
        order_date,
        currency,
        is_first_order
    from orders

)

select * from final
