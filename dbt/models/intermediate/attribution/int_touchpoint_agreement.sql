{%- set normalised_utms = [] -%}
{%- for field in utm_fields() %}{% do normalised_utms.append(normalised(field)) %}{% endfor -%}

with

orders as not materialized (

    select * from {{ ref('int_attribution_orders') }}

),

accounts as (

    select * from {{ ref('stg_wicked__accounts') }}

),

contacts as not materialized (

    select * from {{ ref('int_path_contacts') }}

),

utms as (

    select
        *,
        {{ compared_key(
            ['normalised_source', 'normalised_medium', 'normalised_campaign', normalised('content'), normalised('term')]
        ) }} as compared_key
    from {{ ref('int_utms') }}

),

-- the API's touchpoints have the records' words; some clicks have other words, from their URL
derived_clicks as (

    select
        contacts.contact_no,
        clicks.clicked_at,
        {{ utm_key('clicks.account', 'clicks.touch_') }} as utm_key,
        {{ utm_key('clicks.account', 'clicks.utm_') }} as record_utm_key,
        {%- for field in utm_fields() %}
        any_value(clicks.utm_{{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_contact_clicks') }} as clicks
    inner join contacts
        on clicks.account = contacts.account
        and clicks.contact_id = contacts.contact_id
    where clicks.utm_from in ('url', 'click id')
    group by contacts.contact_no, clicks.clicked_at, {{ utm_key('clicks.account', 'clicks.touch_') }}, record_utm_key

),

record_words as (

    select
        record_utm_key,
        {{ compared_key(normalised_utms) }} as compared_key
    from (
        select distinct
            record_utm_key,
            {%- for field in utm_fields() %}
            {{ field }}{{ ',' if not loop.last }}
            {%- endfor %}
        from derived_clicks
    )

),

derived as (

    select distinct
        derived_clicks.contact_no,
        derived_clicks.clicked_at,
        derived_clicks.utm_key,
        record_words.compared_key
    from derived_clicks
    inner join record_words on derived_clicks.record_utm_key = record_words.record_utm_key

),

numbered_clicks as (

    select * from {{ ref('int_numbered_clicks') }}

),

api_touchpoints as (

    select
        touchpoints.order_no,
        touchpoints.touchpoint,
        touchpoints.is_present,
        touchpoints.touched_at,
        touchpoints.utm_key,
        utms.compared_key
    from {{ ref('int_order_touchpoints') }} as touchpoints
    left join utms on touchpoints.utm_key = utms.utm_key
    where touchpoints.is_own

),

click_touchpoints as (

    select
        touchpoints.order_no,
        touchpoints.contact_no,
        touchpoints.touchpoint,
        touchpoints.ordered_at,
        touchpoints.clicked_at,
        touchpoints.utm_key,
        utms.compared_key
    from {{ ref('int_click_touchpoints') }} as touchpoints
    inner join utms on touchpoints.utm_key = utms.utm_key

),

paired as (

    select
        api.order_no,
        api.touchpoint,
        api.is_present as is_at_api,
        ours.order_no is not null as is_in_clicks,
        api.touched_at as api_touched_at,
        api.utm_key as api_utm_key,
        api.compared_key,
        ours.ordered_at,
        ours.clicked_at,
        ours.utm_key,
        date_trunc('second', api.touched_at) = date_trunc('second', ours.clicked_at) as same_second,
        coalesce(api.compared_key = ours.compared_key, false) or derived.compared_key is not null as same_utms
    from api_touchpoints as api
    left join click_touchpoints as ours
        on api.order_no = ours.order_no
        and api.touchpoint = ours.touchpoint
    left join derived
        on ours.contact_no = derived.contact_no
        and ours.clicked_at = derived.clicked_at
        and ours.utm_key = derived.utm_key
        and api.compared_key = derived.compared_key

),

judged as (

    select
        *,
        case
            when not is_at_api and not is_in_clicks then true
            else coalesce(is_at_api and is_in_clicks and same_second and same_utms, false)
        end as agrees
    from paired

),

missed as (

    select
        judged.order_no,
        judged.touchpoint,
        contacts.contact_no,
        date_trunc('second', judged.api_touched_at) as touched_second,
        judged.compared_key
    from judged
    inner join orders on judged.order_no = orders.order_no
    inner join contacts
        on orders.account = contacts.account
        and orders.contact_id = contacts.contact_id
    where not judged.agrees

),

-- the API's touchpoint is another click of the contact, by either of the click's words
elsewhere as (

    select
        missed.order_no,
        missed.touchpoint
    from missed
    inner join numbered_clicks
        on missed.contact_no = numbered_clicks.contact_no
        and missed.touched_second = date_trunc('second', numbered_clicks.clicked_at)
    inner join utms
        on numbered_clicks.utm_key = utms.utm_key
        and missed.compared_key = utms.compared_key
    union
    select
        missed.order_no,
        missed.touchpoint
    from missed
    inner join derived
        on missed.contact_no = derived.contact_no
        and missed.touched_second = date_trunc('second', derived.clicked_at)
        and missed.compared_key = derived.compared_key

),

-- the click is older than the vendor's look-back for this account
beyond_the_lookback as (

    select
        judged.order_no,
        judged.touchpoint
    from judged
    inner join orders on judged.order_no = orders.order_no
    inner join accounts on orders.account = accounts.account
    where judged.touchpoint = 'last_click'
        and judged.is_in_clicks
        and not judged.is_at_api
        and judged.clicked_at < judged.ordered_at - to_days(accounts.vendor_last_click_lookback_days)

),

explained as (

    select
        judged.*,
        case
            when judged.agrees then null
            when beyond_the_lookback.order_no is not null then 'outside the look-back'
            when not judged.is_at_api then 'none at the API'
            when judged.same_second and not judged.same_utms then 'same second, other UTMs'
            when judged.same_utms
                and epoch(judged.api_touched_at - judged.clicked_at) % 3600 = 0
                and abs(epoch(judged.api_touched_at - judged.clicked_at)) <= 14 * 3600
                then 'whole-hour shift'
            -- opt-ins are found by the API's flags, first and last clicks by their instants
            when elsewhere.order_no is not null and judged.touchpoint in ('first_optin', 're_optin')
                then 'flagged differently'
            when elsewhere.order_no is not null then 'another click of the contact'
            else 'none in the clicks'
        end as reason
    from judged
    left join elsewhere
        on judged.order_no = elsewhere.order_no
        and judged.touchpoint = elsewhere.touchpoint
    left join beyond_the_lookback
        on judged.order_no = beyond_the_lookback.order_no
        and judged.touchpoint = beyond_the_lookback.touchpoint

),

final as (

    select
        order_no,
        touchpoint,
        api_touched_at,
        api_utm_key,
        clicked_at,
        utm_key,
        agrees,
        reason
    from explained

)

select * from final
