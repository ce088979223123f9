{#
    The records of a base table and their older versions, each with the spans of time in which staging had the same
    choice of records of its id: one row per record and span (`valid_from`, `valid_to`; null: it still holds). Most ids
    have one record, whose span is its own.
#}
{% macro versions_by_span(id, current, superseded) -%}
    with

    versions as (

        select *, first_fetched_at as held_from
        from {{ current }}
        union all by name
        select *, first_fetched_at as held_from
        from {{ superseded }}

    ),

    met as (

        select account, {{ id }}
        from versions
        group by account, {{ id }}
        having count(*) > 1

    ),

    met_versions as (

        select * from versions
        semi join met using (account, {{ id }})

    ),

    instants as (

        select account, {{ id }}, held_from as valid_from
        from met_versions
        union
        select account, {{ id }}, superseded_at as valid_from
        from met_versions
        where superseded_at is not null

    ),

    spans as (

        select
            *,
            lead(valid_from) over (partition by account, {{ id }} order by valid_from) as valid_to
        from instants

    )

    select
        versions.* exclude (held_from, superseded_at),
        versions.held_from as valid_from,
        versions.superseded_at as valid_to
    from versions
    anti join met using (account, {{ id }})
    union all by name
    select
        met_versions.* exclude (held_from, superseded_at),
        spans.valid_from,
        spans.valid_to
    from met_versions
    inner join spans
        on met_versions.account = spans.account
        and met_versions.{{ id }} = spans.{{ id }}
        and met_versions.held_from <= spans.valid_from
        and coalesce(met_versions.superseded_at > spans.valid_from, true)
{%- endmacro %}


{#
    One row per change: neighbouring spans of one `key` with the same `values` are one. A key without a span that ended
    has one span, which passes as it is: nearly all do.
#}
{% macro changes_of(spans, key, values) -%}
    with

    ended as (

        select distinct {{ key | join(', ') }}
        from {{ spans }}
        where valid_to is not null

    )

    select
        {{ (key + values) | join(', ') }},
        valid_from,
        valid_to
    from {{ spans }}
    anti join ended using ({{ key | join(', ') }})
    union all
    select
        {{ key | join(', ') }},
        {{ values | join(', ') }},
        min(valid_from) as valid_from,
        case when bool_and(valid_to is not null) then max(valid_to) end as valid_to
    from (
        select
            *,
            count(*) filter (where is_change) over (
                partition by {{ key | join(', ') }} order by valid_from
            ) as change_number
        from (
            select
                *,
                lag(valid_to) over of_key is distinct from valid_from
                {%- for value in values %}
                or lag({{ value }}) over of_key is distinct from {{ value }}
                {%- endfor %} as is_change
            from {{ spans }}
            semi join ended using ({{ key | join(', ') }})
            window of_key as (partition by {{ key | join(', ') }} order by valid_from)
        )
    )
    group by {{ (key + values) | join(', ') }}, change_number
{%- endmacro %}


{# The payments of orders, one row per payment, with the columns `also` of its order. #}
{% macro payments_of(orders, also=[]) -%}
    select
        account,
        order_id,
        order_key,
        cast(payment_number as integer) as payment_number,
        payment.paid_at,
        {{ payment_status_code('payment.status') }} as status,
        payment.amount
        {%- for column in also %},
        {{ column }}
        {%- endfor %}
    from (
        select
            *,
            unnest(payments) as payment,
            generate_subscripts(payments, 1) as payment_number
        from {{ orders }}
    )
    -- an entry without any field is no payment
    where payment.paid_at is not null or payment.status is not null or payment.amount is not null
{%- endmacro %}
