{{ config(pre_hook=["{{ forget_changed_days('clicks') }}", "{{ follow_readings('clicks') }}"]) }}

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

-- from the tracking URL, which most clicks don't need
located as (

    select
        *,
        {{ means_none('utm_source') }} and {{ means_none('utm_medium') }} as is_untagged,
        case when is_untagged then {{ url_parameters('tracking_url') }} end as url_parameters,
        is_untagged and {{ url_has_utms('tracking_url') }} as has_url_utms,
        {%- for field in utm_fields() %}
        case when has_url_utms then {{ url_utm('tracking_url', field) }} end as url_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from typed

),

-- clicks have no id: these fields identify a click; e-mail and flags don't, because they change later
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
    from located

)

select * from identified
