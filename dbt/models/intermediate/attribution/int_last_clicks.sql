with

orders as (

    select * from {{ ref('int_attribution_orders') }}
    where ordered_at is not null

),

contacts as (

    select * from {{ ref('int_path_contacts') }}

),

contacts_orders as (

    select
        orders.order_no,
        orders.ordered_at,
        orders.is_purchase,
        contacts.contact_no
    from orders
    inner join contacts
        on orders.account = contacts.account
        and orders.contact_id = contacts.contact_id

),

-- most contacts never order, so their clicks need no sorting
clicks as (

    select * from {{ ref('int_numbered_clicks') }}
    where ends_instant
        and contact_no in (select contacts_orders.contact_no from contacts_orders)

),

final as (

    select
        contacts_orders.*,
        clicks.click_no as last_click_no,
        clicks.clicked_at as last_clicked_at,
        clicks.utm_key as last_utm_key
    from contacts_orders
    asof left join clicks
        on contacts_orders.contact_no = clicks.contact_no
        and contacts_orders.ordered_at >= clicks.clicked_at

)

select * from final
