with

by_span as (

    {{ versions_by_span('order_id', ref('base_wicked__orders'), ref('base_wicked__order_versions')) }}

),

orders as (

    {{ current_orders('by_span', 'account, order_id, valid_from') }}

),

payments as (

    {{ payments_of('orders', ['currency', 'valid_from', 'valid_to']) }}

),

final as (

    select
        account,
        order_id,
        order_key,
        payment_number,
        status,
        amount,
        {{ currency_code('currency') }} as currency,
        valid_from,
        valid_to
    from payments

)

select * from final
