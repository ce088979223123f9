with

backtest as (

    select * from {{ ref('forecast_backtest') }}

),

errors as (

    select
        account,
        currency,
        sum(predicted_orders) filter (where method = 'bg_nbd') as predicted_orders,
        cast(sum(actual_orders) filter (where method = 'bg_nbd') as bigint) as actual_orders,
        {%- for method in ['bg_nbd', 'last_period', 'cohort_mean'] %}
        sum(absolute_error) filter (where method = '{{ method }}')
        / sum(customers) filter (where method = '{{ method }}') as {{ method }}_error{{ ',' if not loop.last }}
        {%- endfor %}
    from backtest
    group by account, currency

),

final as (

    select
        account,
        currency,
        predicted_orders,
        actual_orders,
        bg_nbd_error,
        last_period_error,
        cohort_mean_error,
        bg_nbd_error < greatest(last_period_error, cohort_mean_error) as beats_a_baseline,
        case
            when bg_nbd_error is null then 'no forecast: its fit was refused'
            when bg_nbd_error >= greatest(last_period_error, cohort_mean_error)
                then 'beats neither the last period repeated nor the cohort''s mean: don''t rely on it'
            when bg_nbd_error >= least(last_period_error, cohort_mean_error) then 'beats one of the two baselines'
            else 'beats both baselines'
        end as verdict
    from errors

)

select * from final
