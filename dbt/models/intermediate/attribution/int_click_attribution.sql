with

touches as (

    select * from {{ ref('int_order_touches') }}

),

final as (

    select
        day_id,
        utm_id,
        {{- sums_by_model('click') }}
    from touches
    group by day_id, utm_id

)

select * from final
