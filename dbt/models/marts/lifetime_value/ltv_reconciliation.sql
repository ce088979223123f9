with

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

coverage as (

    select
        *,
        -- this converts two instants per account, not two per contact
        {{ utc_time('cast(first_day_covered as timestamp)', 'timezone') }} as covered_from,
        {{ utc_time('cast(last_day_covered + 1 as timestamp)', 'timezone') }} as covered_until
    from {{ ref('int_coverage') }}

),

money as (

    select
        account,
        contact_id,
        count(*) as currencies,
        any_value(currency) as currency,
        sum(net_revenue) as net_revenue,
        sum(refunded_revenue) as refunded,
        coalesce(sum(never_paid), 0) as never_paid,
        coalesce(sum(taken_back), 0) as taken_back,
        max(last_order_at) as last_order_at
    from customers
    group by account, contact_id

),

compared as (

    select
        contacts.account,
        contacts.contact_id,
        contacts.ltv as reported_ltv,
        {{ plausible('contacts.created_at', 'coverage') }} as created_at,
        contacts.fetched_at,
        coverage.covered_from,
        coverage.covered_until,
        coalesce(money.currencies, 0) as currencies,
        case when money.currencies = 1 then money.currency end as currency,
        case when coalesce(money.currencies, 0) <= 1 then coalesce(money.net_revenue, 0) end as net_revenue,
        coalesce(money.refunded, 0) as refunded,
        coalesce(money.never_paid, 0) as never_paid,
        coalesce(money.taken_back, 0) as taken_back,
        money.last_order_at
    from contacts
    inner join coverage on contacts.account = coverage.account
    left join money
        on contacts.account = money.account
        and contacts.contact_id = money.contact_id

),

differing as (

    select
        *,
        reported_ltv - net_revenue as difference
    from compared

),

final as (

    select
        account,
        contact_id,
        currency,
        reported_ltv,
        {{ wide_money('net_revenue') }} as net_revenue,
        {{ wide_money('difference') }} as difference,
        -- the first rule that holds; a rule about money requires the whole difference to be that money
        case
            when reported_ltv is null then null
            when currencies > 1 then 'currency'
            when difference = 0 then null
            when abs(difference) in (refunded, taken_back, refunded + taken_back) then 'refund'
            when abs(difference) = never_paid then 'failed'
            when abs(difference) - never_paid in (refunded, taken_back, refunded + taken_back) then 'refund'
            when difference < 0 and last_order_at > fetched_at then 'stale'
            when difference > 0 and coalesce(created_at < covered_from or fetched_at >= covered_until, true)
                then 'order outside what was fetched'
            else 'unexplained'
        end as reason
    from differing

)

select * from final
