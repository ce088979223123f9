with

newest as (

    {{ newest_records('base_wicked__orders', 'order_id') }}

),

lines as (

    select
        account,
        order_id,
        unnest(products) as line,
        generate_subscripts(products, 1) as line_number
    from newest

),

products as (

    select
        account,
        order_id,
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
