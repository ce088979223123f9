with

path_clicks as (

    select
        *,
        -- reckoned from the last touch, so that nothing underflows; the shares are those reckoned from the order
        pow(2, -days_before_last_touch / {{ var('time_decay_half_life_days') }}) as time_decay_weight
    from {{ ref('int_path_clicks') }}

),

channels as (

    select distinct
        channel_id,
        channel
    from {{ ref('int_utms') }}

),

path_channels as (

    select
        path_channels.path_no,
        path_channels.channel_id,
        path_channels.touches,
        coalesce(effects.removal_effect, 0) as removal_effect,
        case when channels.channel <> 'Direct' then path_channels.last_position end as last_non_direct_position
    from {{ ref('int_path_channels') }} as path_channels
    inner join channels on path_channels.channel_id = channels.channel_id
    left join {{ ref('int_removal_effects') }} as effects on path_channels.channel_id = effects.channel_id
        and path_channels.account = effects.account

),

paths as (

    select
        path_no,
        count(*) as channels,
        sum(removal_effect) as removal_effect,
        max(last_non_direct_position) as last_non_direct_position
    from path_channels
    group by path_no

),

weights as (

    select
        path_no,
        sum(time_decay_weight) as time_decay_weight
    from path_clicks
    group by path_no

),

credited as (

    select
        path_clicks.path_no,
        path_clicks.position,
        path_clicks.touches,
        path_clicks.clicked_at,
        path_clicks.utm_id,
        path_clicks.channel_id,
        path_clicks.position = coalesce(paths.last_non_direct_position, path_clicks.touches) as is_last_non_direct,
        path_clicks.time_decay_weight / weights.time_decay_weight as time_decay_credit,
        1 / (paths.channels * path_channels.touches) as shapley_credit,
        case
            when paths.removal_effect > 0
                then path_channels.removal_effect / paths.removal_effect / path_channels.touches
            else 1 / path_clicks.touches
        end as markov_credit
    from path_clicks
    inner join paths on path_clicks.path_no = paths.path_no
    inner join weights on path_clicks.path_no = weights.path_no
    inner join path_channels
        on path_clicks.path_no = path_channels.path_no
        and path_clicks.channel_id = path_channels.channel_id

),

-- in exact decimals, so that where one touch's share ends the next one's begins; to 12 places, so that three sixths are
-- a half, and a half of an amount is rounded as such
accumulated as (

    select
        *,
        {% for model in ['time_decay', 'shapley', 'markov'] %}
        sum(cast({{ model }}_credit as decimal(18, 15))) over path as {{ model }}_sum{{ ',' if not loop.last }}
        {% endfor %}
    from credited
    window path as (partition by path_no order by position rows unbounded preceding)

),

final as (

    select
        path_no,
        position,
        touches,
        clicked_at,
        utm_id,
        channel_id,
        is_last_non_direct,
        {% for model in ['time_decay', 'shapley', 'markov'] %}
        {{ model }}_credit,
        cast(round({{ model }}_sum - cast({{ model }}_credit as decimal(18, 15)), 12) as double) as {{ model }}_before,
        -- the last one takes what rounding leaves
        case when position = touches then 1 else cast(round({{ model }}_sum, 12) as double) end as {{ model }}_through{{ ',' if not loop.last }}
        {% endfor %}
    from accumulated

)

select * from final
