with

clicks as (

    select
        account,
        contact_id,
        clicked_at,
        order_in_instant,
        is_first_optin,
        is_re_optin,
        {{ utm_key('account', 'touch_') }} as utm_key
    from {{ ref('int_contact_clicks') }}

),

contacts as (

    select * from {{ ref('int_path_contacts') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

channelled as (

    select
        contacts.contact_no,
        contacts.clicks_before,
        clicks.clicked_at,
        clicks.order_in_instant,
        clicks.is_first_optin,
        clicks.is_re_optin,
        clicks.utm_key,
        utms.channel_no
    from clicks
    inner join contacts
        on clicks.account = contacts.account
        and clicks.contact_id = contacts.contact_id
    inner join utms on clicks.utm_key = utms.utm_key
    where {{ plausible('clicks.clicked_at', 'contacts') }} is not null

),

-- a contact's clicks have successive numbers, by instant: a path is a range of them
final as (

    select
        clicks_before + row_number() over path as click_no,
        contact_no,
        clicked_at,
        is_first_optin,
        is_re_optin,
        utm_key,
        channel_no,
        lag(channel_no) over path as previous_channel_no,
        -- if several clicks are at one instant, a path begins with the first of them and ends with the last
        lag(clicked_at) over path is distinct from clicked_at as begins_instant,
        lead(clicked_at) over path is distinct from clicked_at as ends_instant
    from channelled
    window path as (partition by contact_no order by clicked_at, order_in_instant)

)

select * from final
