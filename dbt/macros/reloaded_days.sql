{#
    Base models parse each raw record once. The base table has an account's day either exactly as raw has it, or not at
    all: before a build `forget_reloaded_days` deletes the days that differ (also a day reloaded empty), and the model
    then parses the missing days. Rows of raw never change in place: a reload has another load or instant.
#}


{# One row per account and day, with a fingerprint of its state. The zone is part of it, because dates are read in it. #}
{% macro day_fingerprints(relation) -%}
    select
        account,
        partition_date,
        timezone,
        count(*) as records,
        sum(hash(fetched_at, load_id, page, position)) as loads_fingerprint
    from {{ relation }}
    group by all
{%- endmacro %}


{# The raw table with the account's zone. #}
{% macro raw_with_timezone(endpoint) -%}
    (
        select raw_records.*, accounts.timezone
        from {{ source('wicked', endpoint) }} as raw_records
        inner join {{ ref('base_wicked__accounts') }} as accounts on raw_records.account = accounts.account
    )
{%- endmacro %}


{# The columns of `raw_with_timezone` that a base model keeps beside the record's fields: day, load and zone. #}
{% macro load_columns() -%}
    account, partition_date, fetched_at, load_id, page, position, timezone
{%- endmacro %}


{# A base model's pre-hook. #}
{% macro forget_reloaded_days(endpoint) -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where (account, partition_date) not in (
        select (account, partition_date)
        from (
            {{ day_fingerprints(raw_with_timezone(endpoint)) }}
            intersect
            {{ day_fingerprints(this) }}
        )
    )
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
