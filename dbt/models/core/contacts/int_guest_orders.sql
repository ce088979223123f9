with

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

emails as (

    select * from {{ ref('int_contact_emails') }}

),

unknown as (

    select
        orders.account,
        orders.order_key,
        {{ comparable_email('orders.contact_email') }} as email
    from orders
    anti join contacts
        on orders.account = contacts.account
        and orders.contact_id = contacts.contact_id

),

final as (

    select
        unknown.account,
        unknown.order_key,
        emails.contact_id,
        coalesce(emails.contacts, 0) as contacts
    from unknown
    left join emails
        on unknown.account = emails.account
        and unknown.email = emails.email

)

select * from final
