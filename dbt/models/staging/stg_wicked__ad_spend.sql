{#-
    The relation is raw.ad_spend, or the one that the variable `ad_spend_relation` names. Columns that it lacks are null,
    and without an `account` its rows are the only account's.
-#}
{%- set columns = ad_spend_columns() -%}

with

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

spend as (

    {% if columns -%}
    select
        {{ 'account' if 'account' in columns else '(select account from accounts)' }} as account,
        cast(date as date) as date,
        {%- for field in ['source', 'medium', 'campaign'] %}
        {{ text('cast(' ~ field ~ ' as varchar)') }} as {{ field }},
        {%- endfor %}
        {{ text('cast(content as varchar)') if 'content' in columns else 'cast(null as varchar)' }} as content,
        {{ 'cast(clicks as bigint)' if 'clicks' in columns else 'cast(null as bigint)' }} as clicks,
        {{ 'cast(impressions as bigint)' if 'impressions' in columns else 'cast(null as bigint)' }} as impressions,
        {{ currency_code('cast(currency as varchar)') }} as currency,
        cast(spend as decimal(18, 4)) as spend
    from {{ ad_spend_relation() }}
    {%- else -%}
    select
        cast(null as varchar) as account,
        cast(null as date) as date,
        cast(null as varchar) as source,
        cast(null as varchar) as medium,
        cast(null as varchar) as campaign,
        cast(null as varchar) as content,
        cast(null as bigint) as clicks,
        cast(null as bigint) as impressions,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as spend
    where false
    {%- endif %}

)

select * from spend
