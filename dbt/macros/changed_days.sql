{#
    Base models parse each raw record once. The base table has an account's day either exactly as raw has it, or not at
    all: before a build `forget_changed_days` deletes the days that differ (also a day that became empty), and the model
    then parses the missing days. The bytes of a row of raw never change: other bytes have another first load or place.

    A reload that returns a record byte for byte only confirms it. `follow_readings` then takes over when, by which load
    and where it came last, without parsing the record again.
#}


{# The columns that name a record's version: the load that first brought these bytes, and the place in it. #}
{% macro version_columns() -%}
    first_fetched_at, first_load_id, first_page, first_position
{%- endmacro %}


{# The columns that say where a record came last. #}
{% macro reading_columns() -%}
    fetched_at, load_id, page, position
{%- endmacro %}


{# One row per account and day, with a fingerprint of these columns. The zone is part of it, because dates are read in it. #}
{% macro day_fingerprints(relation, columns) -%}
    select
        account,
        partition_date,
        timezone,
        count(*) as records,
        sum(hash({{ columns }})) as fingerprint
    from {{ relation }}
    group by all
{%- endmacro %}


{# The raw table with the account's zone. A table that an older version made has no `confirmed_*`. #}
{% macro raw_with_timezone(endpoint) -%}
    {{ with_timezone('(select * from ' ~ source('wicked', endpoint) ~ ')') }}
{%- endmacro %}


{# The same columns of records as they were before they changed or were deleted, and when they ceased to hold. #}
{% macro superseded_with_timezone(endpoint) -%}
    {{ with_timezone(
        "(select * from " ~ source('wicked_ledger', 'superseded') ~ " where endpoint = '" ~ endpoint ~ "')",
        ['superseded_at']
    ) }}
{%- endmacro %}


{% macro with_timezone(rows, also=[]) -%}
    (
        select
            raw_records.account,
            raw_records.partition_date,
            raw_records.record,
            raw_records.fetched_at as first_fetched_at,
            raw_records.load_id as first_load_id,
            raw_records.page as first_page,
            raw_records.position as first_position,
            coalesce(raw_records.confirmed_at, raw_records.fetched_at) as fetched_at,
            coalesce(raw_records.confirmed_load_id, raw_records.load_id) as load_id,
            coalesce(raw_records.confirmed_page, raw_records.page) as page,
            coalesce(raw_records.confirmed_position, raw_records.position) as position,
            {%- for column in also %}
            raw_records.{{ column }},
            {%- endfor %}
            accounts.timezone
        from (
            {{ rows }}
            union all by name
            select
                cast(null as timestamp) as confirmed_at,
                cast(null as varchar) as confirmed_load_id,
                cast(null as integer) as confirmed_page,
                cast(null as integer) as confirmed_position
            where false
        ) as raw_records
        inner join {{ ref('base_wicked__accounts') }} as accounts on raw_records.account = accounts.account
    )
{%- endmacro %}


{# The columns of `raw_with_timezone` that a base model keeps beside the record's fields: day, loads and zone. #}
{% macro load_columns() -%}
    account, partition_date, {{ reading_columns() }}, timezone, {{ version_columns() }}
{%- endmacro %}


{# A base model's first pre-hook. #}
{% macro forget_changed_days(endpoint) -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where (account, partition_date) not in (
        select (account, partition_date)
        from (
            {{ day_fingerprints(raw_with_timezone(endpoint), version_columns()) }}
            intersect
            {{ day_fingerprints(this, version_columns()) }}
        )
    )
    {%- endif %}
{%- endmacro %}


{# Its second pre-hook: of days whose records are the same, when and where they came last. #}
{% macro follow_readings(endpoint) -%}
    {% if is_incremental() -%}
    update {{ this }} as parsed
    set fetched_at = newest.fetched_at, load_id = newest.load_id, page = newest.page, position = newest.position
    from (
        select * from {{ raw_with_timezone(endpoint) }}
        where (account, partition_date) in (
            select (account, partition_date)
            from (
                {{ day_fingerprints(raw_with_timezone(endpoint), reading_columns()) }}
                except
                {{ day_fingerprints(this, reading_columns()) }}
            )
        )
    ) as newest
    where
        parsed.account = newest.account
        and parsed.first_load_id = newest.first_load_id
        and parsed.first_page = newest.first_page
        and parsed.first_position = newest.first_position
    {%- endif %}
{%- endmacro %}


{# A base model's filter: the days that its table lacks. #}
{% macro is_missing_day() -%}
    {% if is_incremental() -%}
    (account, partition_date) not in (select distinct (account, partition_date) from {{ this }})
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}


{# The place of a record in its reading, as a number. #}
{% macro place_in_reading() -%}
    (coalesce(page, 0) * 65536::bigint + coalesce(position, 0))
{%- endmacro %}
