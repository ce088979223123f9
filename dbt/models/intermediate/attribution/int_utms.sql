with

clicks as (

    select distinct
        account,
        {%- for field in utm_fields() %}
        utm_{{ field }} as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_wicked__clicks') }}

),

orders as (

    select * from {{ ref('stg_wicked__orders') }}

),

contacts as (

    select * from {{ ref('stg_wicked__contacts') }}

),

spend as (

    select * from {{ ref('stg_wicked__ad_spend') }}

),

spellings as (

    select * from clicks
    union
    select
        account,
        {%- for field in utm_fields() %}
        first_optin_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from contacts
    union
    select
        account,
        source,
        medium,
        campaign,
        content,
        null as term
    from spend
    {% for touchpoint in ['first_click', 'first_optin', 're_optin', 'last_click'] %}
    union
    select
        account,
        {%- for field in utm_fields() %}
        {{ touchpoint }}_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from orders
    {% endfor %}

),

sources as (

    select * from {{ ref('channel_sources') }}

),

overrides as (

    select
        priority,
        channel,
        {%- for field in ['source', 'medium', 'campaign'] %}
        coalesce(nullif({{ normalised(field) }}, ''), '*') as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('channel_overrides') }}

),

triples as (

    select distinct
        source as spelt_source,
        medium as spelt_medium,
        campaign as spelt_campaign,
        {{ normalised('source') }} as source,
        {{ normalised('medium') }} as medium,
        {{ normalised('campaign') }} as campaign
    from spellings

),

-- a source is found in the lists as it is, without a prefix, or as a host
categorised as (

    select
        triples.*,
        coalesce(exact.category, unprefixed.category, host.category) as category
    from triples
    left join sources as exact
        on triples.source = exact.source
    left join sources as unprefixed
        on regexp_replace(triples.source, '^(www|m|l|lm)\.', '') = unprefixed.source
    left join sources as host
        on regexp_replace(triples.source, '^(?:(?:www|m|l|lm)\.)?(.+?)\.(?:com|[a-z]{2}|com?\.[a-z]{2})$', '\1') = host.source

),

overridden as (

    select
        categorised.spelt_source,
        categorised.spelt_medium,
        categorised.spelt_campaign,
        arg_min(overrides.channel, overrides.priority) as override
    from categorised
    inner join overrides
        on categorised.source glob overrides.source
        and categorised.medium glob overrides.medium
        and categorised.campaign glob overrides.campaign
    group by all

),

channels as (

    select
        categorised.*,
        overridden.override
    from categorised
    left join overridden
        on categorised.spelt_source is not distinct from overridden.spelt_source
        and categorised.spelt_medium is not distinct from overridden.spelt_medium
        and categorised.spelt_campaign is not distinct from overridden.spelt_campaign

),

labelled as (

    select
        spelt_source,
        spelt_medium,
        spelt_campaign,
        source,
        medium,
        campaign,
        {{ channel() }} as channel
    from channels

),

final as (

    select
        {{ utm_id('spellings.account', 'spellings.') }} as utm_id,
        {{ campaign_id('spellings.account', 'spellings.') }} as campaign_id,
        -- the campaign however it is spelt
        {{ campaign_id('spellings.account', 'labelled.') }} as normalised_id,
        spellings.account,
        spellings.source,
        spellings.medium,
        spellings.campaign,
        spellings.content,
        spellings.term,
        labelled.source as normalised_source,
        labelled.medium as normalised_medium,
        labelled.campaign as normalised_campaign,
        labelled.channel,
        dense_rank() over (order by spellings.account, labelled.channel) as channel_id
    from spellings
    inner join labelled
        on spellings.source is not distinct from labelled.spelt_source
        and spellings.medium is not distinct from labelled.spelt_medium
        and spellings.campaign is not distinct from labelled.spelt_campaign

)

select * from final
