{#
    One row per contact. Clicks and orders name a contact only by its id, so one id is one contact: its newest record.
    If two source systems have the id, the system that created it first has the contact, whichever record was read last.
    A record without a source system joins the only system in which its id is known.

    `records` are rows of `base_wicked__contacts`. `key` has more columns if they are of several instants.
#}
{% macro current_contacts(records, key='account, contact_id') -%}
    with

    records as (

        select * replace ({{ source_system_code('source_system') }} as source_system)
        from {{ records }}
        where contact_id is not null

    ),

    -- most ids have only one record
    met as (

        select {{ key }}
        from records
        group by {{ key }}
        having count(*) > 1

    ),

    in_systems as (

        select
            *,
            {{ known_or_only('source_system', key) }} as system
        from records
        semi join met using ({{ key }})

    ),

    newest as (

        select * from in_systems
        qualify row_number() over (
            partition by {{ key }}, system
            order by fetched_at desc, load_id desc, page desc, position desc
        ) = 1

    ),

    first_created as (

        select * exclude (system) from newest
        qualify row_number() over (
            partition by {{ key }}
            order by created_at nulls last, fetched_at desc, load_id desc, page desc, position desc
        ) = 1

    )

    select * from records
    anti join met using ({{ key }})
    union all by name
    select * from first_created
{%- endmacro %}
