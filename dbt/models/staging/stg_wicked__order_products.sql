with

current_orders as (

    {{ current_orders(ref('base_wicked__orders')) }}

),

lines as (

    select
        account,
        order_id,
        order_key,
        unnest(products) as line,
        generate_subscripts(products, 1) as line_number
    from current_orders

),

products as (

    select
        account,
        order_id,
        order_key,
        cast(line_number as integer) as line_number,
        line.product_id,
        line.product_name,
        line.quantity,
        line.unit_price
    from lines
    where coalesce(line.product_id, line.product_name) is not null
        or coalesce(line.quantity, line.unit_price) is not null

)

select * from products
