with

utms as (

    select * from {{ ref('int_utms') }}

),

final as (

    select distinct
        channel_no,
        account,
        channel
    from utms

)

select * from final
