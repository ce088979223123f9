with

clicks as (

    select distinct
        account,
        {%- for field in utm_fields() %}
        touch_{{ field }} as {{ field }}{{ ',' if not loop.last }}
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
        {{ like_pattern(normalised(field)) }} as {{ field }}{{ ',' if not loop.last }}
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

hosts as (

    select
        source,
        {{ host_of_source('source') }} as host
    from triples
    group by source

),

-- possible lines of a source, the most certain first
listed_names as (

    select
        source,
        unnest(names) as name,
        generate_subscripts(names, 1) as place
    from (
        select
            source,
            {{ names_of_source('source', 'host') }} as names
        from hosts
    )

),

listed as (

    select
        listed_names.source,
        sources.category,
        coalesce(sources.name, sources.source) as name
    from listed_names
    inner join sources on listed_names.name = sources.source
    qualify row_number() over (partition by listed_names.source order by listed_names.place) = 1

),

categorised as (

    select
        triples.*,
        listed.category,
        coalesce(listed.name, triples.source) as source_name
    from triples
    left join listed on triples.source = listed.source

),

overridden as (

    select
        categorised.spelt_source,
        categorised.spelt_medium,
        categorised.spelt_campaign,
        arg_min(overrides.channel, overrides.priority) as override
    from categorised
    inner join overrides
        on like_escape(categorised.source, overrides.source, '\')
        and like_escape(categorised.medium, overrides.medium, '\')
        and like_escape(categorised.campaign, overrides.campaign, '\')
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
        source_name,
        medium,
        campaign,
        {{ channel() }} as channel
    from channels

),

final as (

    select
        {{ utm_key('spellings.account', 'spellings.') }} as utm_key,
        {{ campaign_key('spellings.account', 'spellings.') }} as campaign_key,
        -- the campaign in any spelling of it and its source; an override may separate two spellings of a source
        hash(
            spellings.account, labelled.source_name, labelled.medium, labelled.campaign, labelled.channel
        ) as normalised_key,
        spellings.account,
        spellings.source,
        spellings.medium,
        spellings.campaign,
        spellings.content,
        spellings.term,
        labelled.source as normalised_source,
        labelled.source_name,
        labelled.medium as normalised_medium,
        labelled.campaign as normalised_campaign,
        labelled.channel,
        dense_rank() over (order by spellings.account, labelled.channel) as channel_no
    from spellings
    inner join labelled
        on spellings.source is not distinct from labelled.spelt_source
        and spellings.medium is not distinct from labelled.spelt_medium
        and spellings.campaign is not distinct from labelled.spelt_campaign

)

select * from final
