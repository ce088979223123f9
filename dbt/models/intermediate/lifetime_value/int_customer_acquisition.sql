with

customers as (

    select * from {{ ref('int_customers') }}
    where first_order_key is not null

),

touches as (

    select * from {{ ref('int_order_attribution') }}
    where attribution_model = '{{ acquisition_model() }}' and touchpoint is not null

),

final as (

    select
        customers.customer_no,
        touches.touched_at as acquired_at,
        touches.channel,
        touches.source,
        touches.source_name,
        touches.medium,
        touches.campaign
    from customers
    left join touches
        on customers.account = touches.account
        and customers.first_order_key = touches.order_key

)

select * from final
