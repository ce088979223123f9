with

customers as (

    select * from {{ ref('int_customers') }}

),

touches as (

    select * from {{ ref('order_attribution') }}
    where attribution_model = '{{ acquisition_model() }}' and touchpoint is not null

),

final as (

    select
        customers.customer_key,
        touches.touched_at as acquired_at,
        cast(null as varchar) as channel,
        touches.source,
        touches.medium,
        touches.campaign
    from customers
    left join touches
        on customers.account = touches.account
        and customers.first_order_id = touches.order_id

)

select * from final
