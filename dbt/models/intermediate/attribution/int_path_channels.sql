with

path_clicks as (

    select * from {{ ref('int_path_clicks') }}

),

final as (

    select
        path_no,
        channel_no,
        any_value(purchases) as purchases,
        any_value(touches) as path_touches,
        count(*) as touches,
        min(position) as first_position,
        max(position) as last_position,
        sum(time_decay_weight) as time_decay_weight
    from path_clicks
    group by path_no, channel_no

)

select * from final
