with

touches as (

    select * from {{ ref('int_order_touches') }}

),

shares as (

    select
        *,
        {{- gross_shares_by_model('click') }}
    from touches

),

final as (

    select
        day_key,
        utm_key,
        {{- sums_by_model('click') }}
    from shares
    group by day_key, utm_key

)

select * from final
