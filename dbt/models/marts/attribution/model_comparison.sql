with

attribution as (

    select * from {{ ref('attribution_daily') }}

),

final as (

    select
        account,
        cast(date_trunc('month', order_date) as date) as month,
        currency,
        channel,
        {%- for model in all_models() %}
        {{ wide_money("coalesce(sum(attributed_net) filter (where attribution_model = '" ~ model ~ "'), 0)") }} as {{ model }}{{ ',' if not loop.last }}
        {%- endfor %}
    from attribution
    group by all

)

select * from final
