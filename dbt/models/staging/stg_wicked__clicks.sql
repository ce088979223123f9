with

records as not materialized (

    select * from {{ ref('base_wicked__clicks') }}

),

-- the latest load of a click wins; its records in older loads are left out
latest_loads as (

    select
        account,
        click_identity,
        count(*) as copies,
        arg_max(load_id, (fetched_at, load_id)) as load_id
    from records
    group by account, click_identity

),

repeated as (

    select
        records.*,
        row_number() over (
            partition by records.account, records.click_identity
            order by records.page, records.position
        ) as ordinal
    from records
    inner join latest_loads
        on records.account = latest_loads.account
        and records.click_identity = latest_loads.click_identity
        and records.load_id is not distinct from latest_loads.load_id
    where latest_loads.copies > 1

),

single as (

    select
        records.*,
        1 as ordinal
    from records
    inner join latest_loads
        on records.account = latest_loads.account
        and records.click_identity = latest_loads.click_identity
    where latest_loads.copies = 1

),

numbered as (

    select * from single
    union all
    select * from repeated

),

-- if a URL has several click ids, the last one belongs to the platform that the visitor left last
click_ids as (

    select
        named.url_parameters,
        ids.source,
        ids.medium
    from (
        select
            url_parameters,
            unnest(url_parameters) as parameter,
            generate_subscripts(url_parameters, 1) as place
        from records
        where len(url_parameters) > 0
        group by url_parameters
    ) as named
    inner join {{ click_ids() }} as ids on named.parameter = lower(ids.parameter)
    qualify row_number() over (partition by named.url_parameters order by named.place desc) = 1

),

-- the record's own words, else the URL's, else those of the platform whose click id is in the URL
sourced as (

    select
        numbered.* exclude (is_untagged),
        numbered.is_untagged
        and not ({{ means_none('numbered.url_source') }} and {{ means_none('numbered.url_medium') }}) as is_from_url,
        numbered.is_untagged and not is_from_url and click_ids.source is not null as is_from_click_id,
        {%- for field in ['source', 'medium'] %}
        case
            when is_from_url then numbered.url_{{ field }}
            when is_from_click_id then click_ids.{{ field }}
            else numbered.utm_{{ field }}
        end as touch_{{ field }},
        {%- endfor %}
        {%- for field in ['campaign', 'content', 'term'] %}
        case
            when numbered.is_untagged and {{ means_none('numbered.utm_' ~ field) }}
                then coalesce(numbered.url_{{ field }}, case when not is_from_url and not is_from_click_id then numbered.utm_{{ field }} end)
            else numbered.utm_{{ field }}
        end as touch_{{ field }},
        {%- endfor %}
        case
            when is_from_url then 'url'
            when is_from_click_id then 'click id'
            when coalesce({% for field in utm_fields() %}numbered.utm_{{ field }}{{ ', ' if not loop.last }}{% endfor %}) is not null
                then 'record'
            when coalesce({% for field in utm_fields() %}numbered.url_{{ field }}{{ ', ' if not loop.last }}{% endfor %}) is not null
                then 'url'
        end as utm_from
    from numbered
    left join click_ids on numbered.url_parameters = click_ids.url_parameters

),

-- a reading lists oldest or newest first: its own dates show which, else those of the account's other readings
readings as (

    select
        records.account,
        records.load_id,
        sign(covar_pop(epoch({{ plausible('records.clicked_at') }}), {{ place_in_reading() }})) as direction
    from records
    inner join {{ ref('stg_wicked__accounts') }} as accounts on records.account = accounts.account
    group by records.account, records.load_id

),

directed as (

    select
        account,
        load_id,
        coalesce(nullif(direction, 0), sum(direction) over (partition by account)) < 0 as is_newest_first
    from readings

),

clicks as (

    select
        sourced.account,
        -- equal clicks in one second are two clicks
        click_identity || '-' || ordinal as click_key,
        contact_id,
        contact_source_id,
        clicked_at,
        email,
        is_first_click,
        is_first_optin,
        is_last_click,
        is_re_optin,
        source,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        wicked_id,
        wicked_source,
        tracking_url,
        touch_source,
        touch_medium,
        touch_campaign,
        touch_content,
        touch_term,
        utm_from,
        {{ order_in_instant('is_newest_first') }} as order_in_instant,
        partition_date,
        fetched_at
    from sourced
    left join directed
        on sourced.account = directed.account
        and sourced.load_id is not distinct from directed.load_id

)

select * from clicks
