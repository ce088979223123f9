with

segments as (

    select * from {{ ref('int_forecast_segments') }}
    where sample = 'backtest'

),

histories as (

    select * from {{ ref('int_forecast_customers') }}

),

scores as (

    select * from {{ ref('int_forecast_scores') }}

),

compared as (

    select
        segments.account,
        segments.currency,
        least(histories.frequency, 7) as frequency,
        histories.holdout_orders,
        scores.expected_orders_holdout as bg_nbd,
        histories.last_period_orders as last_period,
        -- everybody continues at the pace of those who first bought in the same month; a cohort of one day has no pace
        -- yet
        coalesce(
            segments.holdout_days / 7.0 * sum(histories.frequency) over cohort
            / nullif(sum(histories.age_weeks) over cohort, 0),
            0
        ) as cohort_mean
    from histories
    inner join segments on histories.segment_no = segments.segment_no
    left join scores
        on histories.segment_no = scores.segment_no
        and histories.customer_no = scores.customer_no
    window cohort as (partition by histories.segment_no, histories.cohort_month)

),

methods as (

    {% for method in ['bg_nbd', 'last_period', 'cohort_mean'] %}
    select
        account,
        currency,
        '{{ method }}' as method,
        frequency,
        holdout_orders,
        cast({{ method }} as double) as predicted_orders
    from compared
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

final as (

    select
        account,
        currency,
        method,
        case when frequency = 7 then '7+' else cast(frequency as varchar) end as calibration_frequency,
        count(*) as customers,
        sum(predicted_orders) as predicted_orders,
        cast(sum(holdout_orders) as bigint) as actual_orders,
        sum(abs(predicted_orders - holdout_orders)) as absolute_error,
        avg(abs(predicted_orders - holdout_orders)) as mean_absolute_error
    from methods
    group by account, currency, method, frequency

)

select * from final
