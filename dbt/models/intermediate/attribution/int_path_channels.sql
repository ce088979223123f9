with

path_clicks as (

    select * from {{ ref('int_path_clicks') }}

),

contacts as (

    select * from {{ ref('int_path_contacts') }}

),

path_channels as (

    select
        path_no,
        channel_id,
        any_value(contact_no) as contact_no,
        any_value(purchases) as purchases,
        count(*) as touches,
        min(position) as first_position,
        max(position) as last_position
    from path_clicks
    group by path_no, channel_id

),

final as (

    select
        path_channels.path_no,
        contacts.account,
        path_channels.channel_id,
        path_channels.purchases,
        path_channels.touches,
        path_channels.first_position,
        path_channels.last_position
    from path_channels
    inner join contacts on path_channels.contact_no = contacts.contact_no

)

select * from final
