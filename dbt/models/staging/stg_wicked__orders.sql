with

newest as (

    {{ newest_records('base_wicked__orders', 'order_id') }}

),

orders as (

    select
        account,
        order_id,
        source_id,
        source_system,
        ordered_at,
        contact_id,
        contact_source_id,
        contact_email,
        amount,
        currency,
        subscription_id,
        {{ touchpoint_column_names('first_click') }},
        {{ touchpoint_column_names('first_optin') }},
        {{ touchpoint_column_names('re_optin') }},
        {{ touchpoint_column_names('last_click') }},
        partition_date,
        fetched_at
    from newest

)

select * from orders
