{%- set transform = var('path_transform') -%}

{#- 'start', 'conversion' and 'null' are the states 0, -1 and -2 -#}

with

clicks as (

    select * from {{ ref('int_numbered_clicks') }}

),

path_clicks as not materialized (

    select * from {{ ref('int_path_clicks') }}
    where purchases > 0

),

-- a contact's clicks that are in no purchase's path form one path, which doesn't convert
other_clicks as (

    select
        contact_no,
        click_no,
        channel_no
    from clicks
    anti join path_clicks on clicks.click_no = path_clicks.click_no
    {%- if transform == 'first_path' %}
    qualify row_number() over (partition by contact_no, channel_no order by click_no) = 1
    {%- endif %}

),

{% if transform == 'exposure_path' -%}
converting as (

    select
        coalesce(previous_channel_no, 0) as from_state,
        channel_no,
        case when position = touches then -1 end as end_state,
        purchases as weight
    from path_clicks

),
{%- else -%}
first_touches as (

    select
        channel_no,
        position,
        purchases as weight,
        path_no
    from path_clicks
    qualify row_number() over (partition by path_no, channel_no order by position) = 1

),

converting as (

    select
        coalesce(lag(channel_no) over path, 0) as from_state,
        channel_no,
        case when lead(channel_no) over path is null then -1 end as end_state,
        weight
    from first_touches
    window path as (partition by path_no order by position)

),
{%- endif %}

non_converting as (

    select
        coalesce(lag(channel_no) over path, 0) as from_state,
        channel_no,
        case when lead(channel_no) over path is null then -2 end as end_state,
        1 as weight
    from other_clicks
    window path as (partition by contact_no order by click_no)

),

moves as (

    select * from converting
    union all
    select * from non_converting

),

counted as (

    select
        from_state,
        channel_no,
        end_state,
        sum(weight) as transitions
    from moves
    group by all

),

transitions as (

    -- equal neighbours are one step
    select
        from_state,
        channel_no as to_state,
        transitions
    from counted
    where from_state <> channel_no
    union all
    select
        channel_no as from_state,
        end_state as to_state,
        transitions
    from counted
    where end_state is not null

),

channels as (

    select * from {{ ref('int_channels') }}

),

final as (

    select
        channels.account,
        transitions.from_state,
        transitions.to_state,
        cast(sum(transitions.transitions) as double) as transitions
    from transitions
    inner join channels on greatest(transitions.from_state, transitions.to_state) = channels.channel_no
    group by all

)

select * from final
