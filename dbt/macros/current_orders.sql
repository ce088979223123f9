{#
    One row per current order, with its `order_key`. An id is unique at most within its source system.

    Records with one id and source system from several readings are copies of one order if they name one contact (by id or
    e-mail, or if a record names none): the newest reading wins. Under another contact they are another shop's order.
    Records of one reading are separate orders, unless all their fields are equal. A record without a source system joins
    the only system in which its id is known.

    The key is readable: the source system, a slash and the id. Of orders that agree in both, the second by instant has
    `#2`. A slash in a source system is written `%2F`, and an id with a `#` always has its number: no two keys are equal.

    `records` are rows of `base_wicked__orders`. `key` has more columns if they are of several instants.
#}
{% macro current_orders(records, key='account, order_id') -%}
    with

    records as (

        select * replace ({{ source_system_code('source_system') }} as source_system)
        from {{ records }}
        where order_id is not null

    ),

    -- most ids have only one record, which needs neither order nor number
    met as (

        select {{ key }}
        from records
        group by {{ key }}
        having count(*) > 1

    ),

    single as (

        select
            *,
            1 as ordinal
        from records
        anti join met using ({{ key }})

    ),

    in_systems as (

        select
            *,
            {{ known_or_only('source_system', key) }} as system,
            {{ comparable_email('contact_email') }} as email,
            contact_id is null and contact_email is null as is_anonymous,
            hash(*columns(* exclude (page, position, {{ version_columns() }}))) as fields
        from records
        semi join met using ({{ key }})

    ),

    readings as (

        select
            *,
            dense_rank() over (partition by {{ key }}, system order by fetched_at, load_id) as reading
        from in_systems

    ),

    -- the newest reading that holds a copy
    reread as (

        select
            *,
            greatest(
                reading,
                case when contact_id is not null then max(reading) over by_contact end,
                case when email is not null then max(reading) over by_email end,
                max(reading) filter (where is_anonymous) over by_id,
                case when is_anonymous then max(reading) over by_id end
            ) as newest_reading
        from readings
        window
            by_id as (partition by {{ key }}, system),
            by_contact as (partition by {{ key }}, system, contact_id),
            by_email as (partition by {{ key }}, system, email)

    ),

    kept as (

        select * from reread
        where reading = newest_reading
        qualify row_number() over (
            partition by {{ key }}, fields
            order by page, position
        ) = 1

    ),

    repeated as (

        select
            * exclude (system, email, is_anonymous, fields, reading, newest_reading),
            row_number() over (
                partition by {{ key }}, source_system
                order by ordered_at, contact_id, contact_email, amount, fetched_at, load_id, page, position, fields
            ) as ordinal
        from kept

    ),

    numbered as (

        select * from single
        union all by name
        select * from repeated

    )

    select
        * exclude (ordinal),
        replace(replace(coalesce(source_system, ''), '%', '%25'), '/', '%2F') || '/' || order_id
        || case when ordinal > 1 or contains(order_id, '#') then '#' || ordinal else '' end as order_key
    from numbered
{%- endmacro %}
