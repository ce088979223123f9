with

current_orders as (

    {{ current_orders(ref('base_wicked__orders')) }}

),

payments as (

    {{ payments_of('current_orders') }}

)

select * from payments
