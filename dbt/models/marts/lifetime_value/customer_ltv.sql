{%- set horizons = [30, 60, 90, 180, 365] -%}

with

orders as (

    select * from {{ ref('orders') }}
    where contact_id is not null

),

contacts as (

    select * from {{ ref('contacts') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

purchases as (

    select * from {{ ref('int_customer_purchases') }}

),

acquisition as (

    select * from {{ ref('int_customer_acquisition') }}

),

money as (

    select
        account,
        contact_id,
        currency,
        count(*) filter (where is_purchase) as order_count,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue,
        min(ordered_at) filter (where is_purchase) as first_order_at,
        max(ordered_at) filter (where is_purchase) as last_order_at,
        coalesce(bool_or(subscription_id is not null) filter (where is_purchase), false) as is_subscriber
    from orders
    group by account, contact_id, currency

),

counted as (

    select
        *,
        count(*) over (partition by account, contact_id) as currencies
    from money

),

early_money as (

    select
        customer_key,
        any_value(days_since_previous) filter (where order_number = 2) as days_to_second_order
        {%- for days in horizons %},
        sum(net_revenue) filter (where days_since_first_order < {{ days }}) as net_revenue_{{ days }}d
        {%- endfor %}
    from purchases
    group by customer_key

),

-- quintiles are among customers: contacts with a purchase
ranked as (

    select
        account,
        contact_id,
        currency,
        {{ quintile('last_order_at') }} as recency_quintile,
        {{ quintile('order_count') }} as frequency_quintile,
        {{ quintile('net_revenue') }} as money_quintile
    from money
    where order_count > 0

),

final as (

    select
        counted.account,
        counted.contact_id,
        counted.currency,
        counted.order_count,
        cast(counted.gross_revenue as decimal(18, 4)) as gross_revenue,
        cast(counted.refunded_revenue as decimal(18, 4)) as refunded_revenue,
        cast(counted.net_revenue as decimal(18, 4)) as net_revenue,
        cast(counted.net_revenue / nullif(counted.order_count, 0) as decimal(18, 4)) as average_order_value,
        counted.first_order_at,
        counted.last_order_at,
        early_money.days_to_second_order,
        contacts.ltv as reported_ltv,
        -- the API reports one figure a contact, which can't be told from two currencies
        case
            when counted.currencies = 1 then cast(contacts.ltv - counted.net_revenue as decimal(18, 4))
        end as ltv_difference
        {%- for days in horizons %},
        case
            when customers.first_order_date + {{ days - 1 }} <= coverage.last_day_covered
                then cast(early_money.net_revenue_{{ days }}d as decimal(18, 4))
        end as net_revenue_{{ days }}d
        {%- endfor %},
        acquisition.acquired_at,
        acquisition.channel as acquisition_channel,
        acquisition.source as acquisition_source,
        acquisition.medium as acquisition_medium,
        acquisition.campaign as acquisition_campaign,
        coalesce(contacts.first_optin_at, contacts.created_at) as lead_at,
        customers.first_order_date
        - {{ local_date('coalesce(contacts.first_optin_at, contacts.created_at)', 'coverage.timezone') }}
            as days_lead_to_first_order,
        counted.is_subscriber,
        ranked.recency_quintile,
        ranked.frequency_quintile,
        ranked.money_quintile,
        ranked.recency_quintile || '' || ranked.frequency_quintile || ranked.money_quintile as rfm_segment
    from counted
    inner join coverage on counted.account = coverage.account
    left join customers
        on counted.account = customers.account
        and counted.contact_id = customers.contact_id
        and counted.currency is not distinct from customers.currency
    left join early_money on customers.customer_key = early_money.customer_key
    left join acquisition on customers.customer_key = acquisition.customer_key
    left join ranked
        on counted.account = ranked.account
        and counted.contact_id = ranked.contact_id
        and counted.currency is not distinct from ranked.currency
    left join contacts
        on counted.account = contacts.account
        and counted.contact_id = contacts.contact_id

)

select * from final
