with

changes as (

    {{ changes_of(
        ref('stg_wicked__order_payment_versions'),
        ['account', 'order_key', 'order_id', 'payment_number'],
        ['status', 'amount', 'currency']
    ) }}

),

final as (

    select
        account,
        order_id,
        payment_number,
        status,
        amount,
        valid_from,
        valid_to,
        order_key,
        currency
    from changes

)

select * from final
