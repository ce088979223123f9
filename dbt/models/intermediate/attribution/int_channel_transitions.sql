{%- set transform = var('path_transform') -%}
{%- if transform not in ('exposure_path', 'first_path') -%}
    {{ exceptions.raise_compiler_error("path_transform is '" ~ transform ~ "': it must be exposure_path or first_path") }}
{%- endif -%}

with

clicks as (

    select * from {{ ref('int_numbered_clicks') }}

),

contacts as (

    select * from {{ ref('int_path_contacts') }}

),

converting as (

    select
        path_no,
        click_no,
        contact_no,
        channel_id,
        purchases as weight
    from {{ ref('int_path_clicks') }}
    where purchases > 0

),

-- a contact's clicks that are in no purchase's path are one path, which doesn't convert
non_converting as (

    select
        -clicks.contact_no as path_no,
        clicks.click_no,
        clicks.contact_no,
        clicks.channel_id,
        1 as weight
    from clicks
    anti join converting on clicks.click_no = converting.click_no

),

touches as (

    select * from converting
    union all
    select * from non_converting

),

{% if transform == 'first_path' -%}
steps as (

    select
        path_no,
        min(click_no) as click_no,
        any_value(contact_no) as contact_no,
        channel_id,
        any_value(weight) as weight
    from touches
    group by path_no, channel_id

),
{%- else -%}
steps as (

    select * from touches

),
{%- endif %}

-- 'start', 'conversion' and 'null' are the states 0, -1 and -2
moves as (

    select
        contact_no,
        weight,
        coalesce(lag(channel_id) over path, 0) as from_state,
        channel_id,
        case
            when lead(channel_id) over path is not null then null
            when path_no > 0 then -1
            else -2
        end as end_state
    from steps
    window path as (partition by path_no order by click_no)

),

transitions as (

    -- equal neighbours are one step
    select
        contact_no,
        from_state,
        channel_id as to_state,
        weight
    from moves
    where from_state <> channel_id
    union all
    select
        contact_no,
        channel_id as from_state,
        end_state as to_state,
        weight
    from moves
    where end_state is not null

),

final as (

    select
        contacts.account,
        transitions.from_state,
        transitions.to_state,
        cast(sum(transitions.weight) as double) as transitions
    from transitions
    inner join contacts on transitions.contact_no = contacts.contact_no
    group by all

)

select * from final
