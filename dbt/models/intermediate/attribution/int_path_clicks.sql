with

order_paths as (

    select * from {{ ref('int_order_paths') }}

),

clicks as not materialized (

    select * from {{ ref('int_numbered_clicks') }}

),

paths as (

    select
        path_no,
        path_from,
        path_to,
        count(*) filter (where is_purchase) as purchases
    from order_paths
    group by all

),

numbers as (

    select
        paths.path_no,
        paths.purchases,
        paths.path_from,
        paths.path_to,
        last_clicks.clicked_at as last_touch_at,
        unnest(range(paths.path_from, paths.path_to + 1)) as click_no
    from paths
    inner join clicks as last_clicks on paths.path_to = last_clicks.click_no

),

final as (

    select
        numbers.path_no,
        numbers.purchases,
        numbers.click_no - numbers.path_from + 1 as position,
        numbers.path_to - numbers.path_from + 1 as touches,
        numbers.click_no,
        clicks.clicked_at,
        clicks.utm_key,
        clicks.channel_no,
        -- a path is a run of clicks, so the contact's previous click is the path's
        case when numbers.click_no > numbers.path_from then clicks.previous_channel_no end as previous_channel_no,
        -- counted from the last touch, so that nothing underflows; the shares equal those counted from the order
        pow(
            2,
            (epoch_us(clicks.clicked_at) - epoch_us(numbers.last_touch_at))
            / ({{ var('time_decay_half_life_days') }} * 86400 * 1000000.0)
        ) as time_decay_weight
    from numbers
    inner join clicks on numbers.click_no = clicks.click_no

)

select * from final
