with

path_clicks as (

    select * from {{ ref('int_path_clicks') }}

),

channels as (

    select distinct
        channel_no,
        channel
    from {{ ref('int_utms') }}

),

effects as (

    select * from {{ ref('int_removal_effects') }}

),

path_channels as (

    select
        path_channels.path_no,
        path_channels.channel_no,
        path_channels.touches,
        path_channels.path_touches,
        path_channels.time_decay_weight,
        coalesce(effects.removal_effect, 0) as removal_effect,
        case when channels.channel <> 'Direct' then path_channels.last_position end as last_non_direct_position
    from {{ ref('int_path_channels') }} as path_channels
    inner join channels on path_channels.channel_no = channels.channel_no
    left join effects on path_channels.channel_no = effects.channel_no

),

paths as (

    select
        path_no,
        count(*) as channels,
        sum(time_decay_weight) as time_decay_weight,
        sum(removal_effect) as removal_effect,
        max(last_non_direct_position) as last_non_direct_position
    from path_channels
    group by path_no

),

-- the share of each touch of a channel
channel_credits as (

    select
        path_channels.path_no,
        path_channels.channel_no,
        paths.time_decay_weight as path_weight,
        coalesce(paths.last_non_direct_position, path_channels.path_touches) as last_non_direct_position,
        1 / (paths.channels * path_channels.touches) as shapley_credit,
        case
            when paths.removal_effect > 0
                then path_channels.removal_effect / paths.removal_effect / path_channels.touches
            else 1 / path_channels.path_touches
        end as markov_credit
    from path_channels
    inner join paths on path_channels.path_no = paths.path_no

),

credited as (

    select
        path_clicks.path_no,
        path_clicks.position,
        path_clicks.touches,
        path_clicks.clicked_at,
        path_clicks.utm_key,
        path_clicks.position = channel_credits.last_non_direct_position as is_last_non_direct,
        {{ credit_units('path_clicks.time_decay_weight / channel_credits.path_weight') }} as time_decay_units,
        {{ credit_units('channel_credits.shapley_credit') }} as shapley_units,
        {{ credit_units('channel_credits.markov_credit') }} as markov_units
    from path_clicks
    inner join channel_credits
        on path_clicks.path_no = channel_credits.path_no
        and path_clicks.channel_no = channel_credits.channel_no

),

final as (

    select
        path_no,
        position,
        touches,
        clicked_at,
        utm_key,
        is_last_non_direct,
        {%- for model in stored_models() %}
        cast({{ model }}_units as bigint) as {{ model }}_units,
        -- in whole numbers, so that each touch's share begins exactly where the previous one ends
        cast(sum({{ model }}_units) over path as bigint) as {{ model }}_units_through{{ ',' if not loop.last }}
        {%- endfor %}
    from credited
    window path as (partition by path_no order by position rows unbounded preceding)

)

select * from final
