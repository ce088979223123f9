{%- set horizons = [30, 60, 90, 180, 365] -%}

with

customers as not materialized (

    select * from {{ ref('int_customers') }}

),

purchases as (

    select * from {{ ref('int_customer_purchases') }}

),

adjustments as (

    select * from {{ ref('int_customer_adjustments') }}

),

acquisition as (

    select * from {{ ref('int_customer_acquisition') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

-- counts are of purchases, money is of all orders
money as (

    select
        customer_no,
        order_number,
        days_since_previous,
        days_since_first_order,
        net_revenue
    from purchases
    union all
    select
        customer_no,
        null as order_number,
        null as days_since_previous,
        days_since_first_order,
        net_revenue
    from adjustments

),

early_money as (

    select
        customer_no,
        any_value(days_since_previous) filter (where order_number = 2) as days_to_second_order
        {%- for days in horizons %},
        sum(net_revenue) filter (where days_since_first_order < {{ days }}) as net_revenue_{{ days }}d
        {%- endfor %}
    from money
    group by customer_no

),

-- quintiles are among customers: contacts with a purchase
ranked as (

    select
        customer_no,
        {{ quintile('last_order_at') }} as recency_quintile,
        {{ quintile('order_count') }} as frequency_quintile,
        {{ quintile('net_revenue') }} as money_quintile
    from customers
    where order_count > 0

),

-- the API reports one figure per contact, which can't be compared with two currencies
in_one_currency as (

    select
        account,
        contact_id
    from customers
    group by account, contact_id
    having count(*) = 1

),

reported as (

    select
        contacts.account,
        contacts.contact_id,
        contacts.ltv,
        in_one_currency.contact_id is not null as is_comparable
    from contacts
    left join in_one_currency
        on contacts.account = in_one_currency.account
        and contacts.contact_id = in_one_currency.contact_id

),

final as (

    select
        customers.account,
        customers.contact_id,
        customers.currency,
        customers.cohort_month,
        customers.order_count,
        {{ wide_money('customers.gross_revenue') }} as gross_revenue,
        {{ wide_money('customers.refunded_revenue') }} as refunded_revenue,
        {{ wide_money('customers.net_revenue') }} as net_revenue,
        {{ wide_money('customers.net_revenue / nullif(customers.order_count, 0)') }} as average_order_value,
        customers.first_order_at,
        customers.last_order_at,
        early_money.days_to_second_order,
        reported.ltv as reported_ltv,
        case
            when reported.is_comparable then {{ wide_money('reported.ltv - customers.net_revenue') }}
        end as ltv_difference
        {%- for days in horizons %},
        case
            when customers.first_order_date + {{ days - 1 }} <= coverage.last_day_covered
                then {{ wide_money('early_money.net_revenue_' ~ days ~ 'd') }}
        end as net_revenue_{{ days }}d
        {%- endfor %},
        acquisition.acquired_at,
        acquisition.channel as acquisition_channel,
        acquisition.source as acquisition_source,
        acquisition.source_name as acquisition_source_name,
        acquisition.medium as acquisition_medium,
        acquisition.campaign as acquisition_campaign,
        leads.lead_at,
        customers.first_order_date - leads.lead_date as days_lead_to_first_order,
        customers.is_subscriber,
        ranked.recency_quintile,
        ranked.frequency_quintile,
        ranked.money_quintile,
        ranked.recency_quintile || '' || ranked.frequency_quintile || ranked.money_quintile as rfm_segment
    from customers
    inner join coverage on customers.account = coverage.account
    left join early_money on customers.customer_no = early_money.customer_no
    left join acquisition on customers.customer_no = acquisition.customer_no
    left join ranked on customers.customer_no = ranked.customer_no
    left join reported
        on customers.account = reported.account
        and customers.contact_id = reported.contact_id
    left join leads
        on customers.account = leads.account
        and customers.contact_id = leads.contact_id

)

select * from final
