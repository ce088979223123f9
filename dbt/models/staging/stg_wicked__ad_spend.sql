{#-
    The relation is raw.ad_spend, or the one that the variable `ad_spend_relation` names. Columns that it lacks are
    null; without an `account` column its rows belong to the only account.
-#}
{%- set columns = ad_spend_columns() -%}
{%- set optional = {
    'content': 'varchar', 'clicks': 'bigint', 'impressions': 'bigint', 'ad_account': 'varchar', 'file': 'varchar',
    'file_number': 'integer', 'loaded_at': 'timestamp'
} -%}
{%- if var('ad_spend_relation') -%}
    {#- in your own relation these columns may mean anything; all its rows count -#}
    {%- set columns = columns | reject('in', ['file', 'file_number', 'loaded_at']) | list -%}
{%- endif -%}

with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

spend as (

    {% if columns -%}
    select
        {{ 'account' if 'account' in columns else '(select account from accounts)' }} as account,
        try_cast(date as date) as date,
        {%- for field in ['source', 'medium', 'campaign'] %}
        {{ text('cast(' ~ field ~ ' as varchar)') }} as {{ field }},
        {%- endfor %}
        {%- for field, type in optional.items() %}
        {{ 'try_cast(' ~ field ~ ' as ' ~ type ~ ')' if field in columns else 'cast(null as ' ~ type ~ ')' }} as {{ field }},
        {%- endfor %}
        {{ currency_code('cast(currency as varchar)') }} as currency,
        {{ money('spend') }} as spend
    from {{ ad_spend_relation() }}
    {%- else -%}
    select
        cast(null as varchar) as account,
        cast(null as date) as date,
        {%- for field in ['source', 'medium', 'campaign'] %}
        cast(null as varchar) as {{ field }},
        {%- endfor %}
        {%- for field, type in optional.items() %}
        cast(null as {{ type }}) as {{ field }},
        {%- endfor %}
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as spend
    where false
    {%- endif %}

),

final as (

    select
        account,
        date,
        source,
        medium,
        campaign,
        {{ text('content') }} as content,
        clicks,
        impressions,
        currency,
        spend,
        {{ text('trim(ad_account)') }} as ad_account,
        file,
        loaded_at,
        -- the files of one load follow each other
        loaded_at + to_microseconds(coalesce(file_number, 0)) as said_at
    from spend

)

select * from final
