with

current_orders as (

    {{ current_orders(ref('base_wicked__orders')) }}

),

orders as (

    select
        account,
        order_id,
        order_key,
        source_id,
        source_system,
        ordered_at,
        contact_id,
        contact_source_id,
        contact_email,
        amount,
        {{ currency_code('currency') }} as currency,
        -- an id of blanks alone would join all orders without a subscription
        case when not regexp_full_match(subscription_id, '[\s\pZ\pC]+') then subscription_id end as subscription_id,
        {{ touchpoint_column_names('first_click') }},
        {{ touchpoint_column_names('first_optin') }},
        {{ touchpoint_column_names('re_optin') }},
        {{ touchpoint_column_names('last_click') }},
        partition_date,
        fetched_at
    from current_orders

)

select * from orders
