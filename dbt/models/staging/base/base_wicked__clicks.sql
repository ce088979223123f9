{{ config(pre_hook="{{ forget_reloaded_days('clicks') }}") }}

with

records as (

    select * from {{ raw_with_timezone('clicks') }}
    where {{ is_missing_day() }}

),

parsed as (

    select
        * exclude (record),
        json_transform(record, '{
            "contactId": "VARCHAR", "contactSourceId": "VARCHAR", "date": "VARCHAR", "email": "VARCHAR",
            "isFirstClick": "VARCHAR", "isFirstOptin": "VARCHAR", "isLastClick": "VARCHAR", "isReOptin": "VARCHAR",
            "source": "VARCHAR",
            "utms": {
                "source": "VARCHAR", "medium": "VARCHAR", "campaign": "VARCHAR", "content": "VARCHAR", "term": "VARCHAR"
            },
            "wickedid": "VARCHAR", "wickedsource": "VARCHAR", "trackingUrl": "VARCHAR"
        }') as r
    from records

),

typed as (

    select
        {{ load_columns() }},
        {{ text('r.contactId') }} as contact_id,
        {{ text('r.contactSourceId') }} as contact_source_id,
        {{ instant('r.date', 'timezone') }} as clicked_at,
        {{ text('r.email') }} as email,
        try_cast(r.isFirstClick as boolean) as is_first_click,
        try_cast(r.isFirstOptin as boolean) as is_first_optin,
        try_cast(r.isLastClick as boolean) as is_last_click,
        try_cast(r.isReOptin as boolean) as is_re_optin,
        {{ text('r.source') }} as source,
        {%- for field in utm_fields() %}
        {{ text('r.utms.' ~ field) }} as utm_{{ field }},
        {%- endfor %}
        {{ text('r.wickedid') }} as wicked_id,
        {{ text('r.wickedsource') }} as wicked_source,
        {{ text('r.trackingUrl') }} as tracking_url,
        {{ is_unreadable('r.date', instant('r.date', 'timezone')) }} as unreadable_values
    from parsed

),

-- clicks have no id: these fields are a click's identity, and e-mail and flags are not, since they change later
identified as (

    select
        *,
        md5(concat_ws(
            chr(31),
            account,
            coalesce(contact_id, ''),
            coalesce(cast(clicked_at as varchar), ''),
            coalesce(source, ''),
            {%- for field in utm_fields() %}
            coalesce(utm_{{ field }}, ''),
            {%- endfor %}
            coalesce(wicked_id, ''),
            coalesce(wicked_source, ''),
            coalesce(tracking_url, '')
        )) as click_identity
    from typed

)

select * from identified
