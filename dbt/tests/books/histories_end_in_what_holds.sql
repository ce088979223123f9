{{ config(meta={'dagster': {'ref': {'name': 'order_payment_history'}}}) }}
with

contacts as (

    select
        account,
        contact_id as name,
        cast(null as integer) as payment_number,
        cast(null as varchar) as status,
        value
    from {{ ref('contact_ltv_history') }}
    where valid_to is null

),

payments as (

    select
        account,
        order_key as name,
        payment_number,
        status,
        amount as value
    from {{ ref('order_payment_history') }}
    where valid_to is null

),

history as (

    select * from contacts
    union all
    select * from payments

),

staged as (

    select
        account,
        contact_id as name,
        cast(null as integer) as payment_number,
        cast(null as varchar) as status,
        ltv as value
    from {{ ref('stg_wicked__contacts') }}
    union all
    select
        account,
        order_key as name,
        payment_number,
        status,
        amount as value
    from {{ ref('stg_wicked__order_payments') }}

),

extra as (

    select * from history
    except all
    select * from staged

),

lacking as (

    select * from staged
    except all
    select * from history

)

select *, 'not in staging' as difference from extra
union all
select *, 'not in the history' as difference from lacking
