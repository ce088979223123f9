with

orders as (

    select * from {{ ref('orders') }}
    where subscription_id is not null and ordered_at is not null

),

final as (

    select
        row_number() over () as subscription_key,
        account,
        subscription_id,
        currency
    from orders
    group by account, subscription_id, currency
    having bool_or(is_purchase)

)

select * from final
