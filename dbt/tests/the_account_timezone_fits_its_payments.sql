{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__order_payments'}}}) }}

with

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

first_payments as (

    select * from {{ ref('stg_wicked__order_payments') }}
    where payment_number = 1

),

gaps as (

    select
        orders.account,
        date_diff('second', orders.ordered_at, first_payments.paid_at) / 3600 as hours
    from orders
    inner join first_payments
        on orders.account = first_payments.account
        and orders.order_key = first_payments.order_key
    -- two implausible dates would differ by the zone's distance from UTC
    inner join accounts on orders.account = accounts.account
    where {{ plausible('orders.ordered_at') }} is not null

),

-- a wrong zone differs by quarters of an hour, and by at most 14 hours; other gaps are late payments
whole_quarters as (

    select
        account,
        round(hours * 4) / 4 as hours_off
    from gaps
    where abs(hours) <= 14
        and abs(hours * 4 - round(hours * 4)) < 0.02

),

commonest as (

    select
        account,
        mode(hours_off) as hours_off,
        count(*) as payments
    from whole_quarters
    group by account

)

select * from commonest
where hours_off <> 0
    and payments >= 20
