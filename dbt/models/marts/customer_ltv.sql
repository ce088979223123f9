with

orders as (

    select * from {{ ref('orders') }}
    where contact_id is not null

),

contacts as (

    select * from {{ ref('contacts') }}

),

purchases as (

    select
        *,
        row_number() over (
            partition by account, contact_id, currency
            order by ordered_at, order_id
        ) as currency_order_number
    from orders
    where is_purchase

),

purchase_totals as (

    select
        account,
        contact_id,
        currency,
        count(*) as order_count,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at,
        max(order_date) filter (where currency_order_number = 2)
        - max(order_date) filter (where currency_order_number = 1) as days_to_second_order
    from purchases
    group by account, contact_id, currency

),

money as (

    select
        account,
        contact_id,
        currency,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue,
        count(*) over (partition by account, contact_id) as currencies
    from orders
    group by account, contact_id, currency

),

final as (

    select
        money.account,
        money.contact_id,
        money.currency,
        coalesce(purchase_totals.order_count, 0) as order_count,
        cast(money.gross_revenue as decimal(18, 4)) as gross_revenue,
        cast(money.refunded_revenue as decimal(18, 4)) as refunded_revenue,
        cast(money.net_revenue as decimal(18, 4)) as net_revenue,
        cast(money.net_revenue / purchase_totals.order_count as decimal(18, 4)) as average_order_value,
        purchase_totals.first_order_at,
        purchase_totals.last_order_at,
        purchase_totals.days_to_second_order,
        contacts.ltv as reported_ltv,
        -- the API reports one figure a contact, which can't be told from two currencies
        case
            when money.currencies = 1 then cast(contacts.ltv - money.net_revenue as decimal(18, 4))
        end as ltv_difference
    from money
    left join purchase_totals
        on money.account = purchase_totals.account
        and money.contact_id = purchase_totals.contact_id
        and money.currency is not distinct from purchase_totals.currency
    left join contacts
        on money.account = contacts.account
        and money.contact_id = contacts.contact_id

)

select * from final
