with

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

refunded as (

    select * from {{ ref('int_order_payments') }}
    where refunded > 0

),

shown as (

    select
        orders.account,
        orders.source_system,
        {{ shown_refund_kind('orders.amount', 'refunded.paid', 'refunded.refunded') }} as refund_kind
    from refunded
    inner join orders
        on refunded.account = orders.account
        and refunded.order_key = orders.order_key

),

sources as (

    select
        account,
        source_system,
        count(*) filter (where refund_kind = 'entry') as entries,
        count(*) filter (where refund_kind = 'status') as statuses
    from shown
    group by account, source_system

),

accounts as (

    select
        account,
        sum(entries) as entries,
        sum(statuses) as statuses
    from sources
    group by account

),

-- the majority of the system's orders decides, else the majority of the account's
final as (

    select
        sources.account,
        sources.source_system,
        case
            when sources.entries > sources.statuses then 'entry'
            when sources.entries < sources.statuses then 'status'
            when accounts.entries > accounts.statuses then 'entry'
            else 'status'
        end as habit
    from sources
    inner join accounts on sources.account = accounts.account

)

select * from final
