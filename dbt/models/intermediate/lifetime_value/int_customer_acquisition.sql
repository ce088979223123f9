with

first_purchases as (

    select * from {{ ref('int_customer_purchases') }}
    where order_number = 1

),

customers as (

    select * from {{ ref('int_customers') }}

),

touches as (

    select * from {{ ref('int_order_attribution') }}
    where attribution_model = '{{ acquisition_model() }}' and touchpoint is not null

),

final as (

    select
        first_purchases.customer_no,
        touches.touched_at as acquired_at,
        touches.channel,
        touches.source,
        touches.source_name,
        touches.medium,
        touches.campaign
    from first_purchases
    inner join customers on first_purchases.customer_no = customers.customer_no
    left join touches
        on customers.account = touches.account
        and first_purchases.first_order_key = touches.order_key

)

select * from final
