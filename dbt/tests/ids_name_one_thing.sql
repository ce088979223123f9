{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wicked__orders'}}}) }}

with

orders as (

    select
        account,
        'orders' as kind,
        order_id as id,
        case
            when count(distinct coalesce(source_system, '')) > 1 then 'in two source systems'
            else 'twice in one source system'
        end as met
    from {{ ref('stg_wicked__orders') }}
    group by account, order_id
    having count(*) > 1

),

contact_records as (

    select
        account,
        contact_id,
        load_id,
        {{ source_system_code('source_system') }} as source_system,
        hash(*columns(* exclude (page, position, {{ version_columns() }}))) as fields
    from {{ ref('base_wicked__contacts') }}
    where contact_id is not null

),

met_contacts as (

    select
        account,
        contact_id
    from contact_records
    group by account, contact_id
    having count(*) > 1

),

readings_of_contacts as (

    select
        account,
        contact_id,
        load_id,
        min(source_system) as first_system,
        max(source_system) as last_system,
        count(distinct fields) as records
    from contact_records
    semi join met_contacts
        on contact_records.account = met_contacts.account
        and contact_records.contact_id = met_contacts.contact_id
    group by account, contact_id, load_id

),

contacts as (

    select
        account,
        'contacts' as kind,
        contact_id as id,
        case
            when min(first_system) <> max(last_system) then 'in two source systems'
            else 'twice in one source system'
        end as met
    from readings_of_contacts
    group by account, contact_id
    having min(first_system) <> max(last_system) or max(records) > 1

),

subscriptions as (

    select
        account,
        'subscriptions' as kind,
        subscription_id as id,
        'in two source systems' as met
    from {{ ref('stg_wicked__orders') }}
    where subscription_id is not null
    group by account, subscription_id
    having min(source_system) <> max(source_system)

),

found as (

    select * from orders
    union all
    select * from contacts
    union all
    select * from subscriptions

)

select
    account,
    kind,
    met,
    count(*) as ids,
    {{ examples('id') }} as examples
from found
group by account, kind, met
