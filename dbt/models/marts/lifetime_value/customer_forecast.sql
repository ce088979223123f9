with

segments as (

    select * from {{ ref('int_forecast_segments') }}
    where sample = 'forecast'

),

customers as (

    select * from {{ ref('int_customers') }}

),

histories as (

    select * from {{ ref('int_forecast_customers') }}

),

scores as (

    select * from {{ ref('int_forecast_scores') }}

),

subscriptions as (

    select * from {{ ref('int_forecast_subscriptions') }}

),

one_off as (

    select
        segments.account,
        customers.contact_id,
        segments.currency,
        'bg_nbd' as method,
        segments.as_of_date,
        histories.frequency,
        histories.recency_weeks,
        histories.age_weeks,
        histories.monetary_value,
        scores.probability_alive,
        scores.expected_orders_30d,
        scores.expected_orders_90d,
        scores.expected_orders_365d,
        scores.expected_average_order_value,
        scores.expected_orders_365d * scores.expected_average_order_value as expected_net_revenue_365d
    from histories
    inner join segments on histories.segment_no = segments.segment_no
    inner join customers on histories.customer_no = customers.customer_no
    left join scores
        on histories.segment_no = scores.segment_no
        and histories.customer_no = scores.customer_no

),

rebilled as (

    select
        account,
        contact_id,
        currency,
        'subscription' as method,
        as_of_date,
        sum(orders - 1) as frequency,
        (max(last_day) - min(first_day)) / 7.0 as recency_weeks,
        (as_of_date - min(first_day)) / 7.0 as age_weeks,
        sum(net_revenue) / sum(orders) as monetary_value,
        -- the chance that at least one of the live subscriptions pays when next due
        case
            when not bool_or(is_live) then 0
            else 1 - power(1 - max(renewal_rate), count(*) filter (where is_live))
        end as probability_alive,
        sum(expected_orders_30d) as expected_orders_30d,
        sum(expected_orders_90d) as expected_orders_90d,
        sum(expected_orders_365d) as expected_orders_365d,
        sum(expected_orders_365d * net_revenue / orders) as expected_net_revenue_365d
    from subscriptions
    -- orders without a contact have no customer, but their renewals count in the rate
    where contact_id is not null
    group by account, contact_id, currency, as_of_date

),

forecasts as (

    select * from one_off
    union all by name
    select
        *,
        coalesce(expected_net_revenue_365d / nullif(expected_orders_365d, 0), monetary_value)
            as expected_average_order_value
    from rebilled

),

final as (

    select
        account,
        contact_id,
        currency,
        method,
        as_of_date,
        cast(frequency as bigint) as frequency,
        cast(recency_weeks as double) as recency_weeks,
        cast(age_weeks as double) as age_weeks,
        {{ wide_money('monetary_value') }} as monetary_value,
        cast(probability_alive as double) as probability_alive,
        cast(expected_orders_30d as double) as expected_orders_30d,
        cast(expected_orders_90d as double) as expected_orders_90d,
        cast(expected_orders_365d as double) as expected_orders_365d,
        {{ wide_money('expected_average_order_value') }} as expected_average_order_value,
        {{ wide_money('expected_net_revenue_365d') }} as expected_net_revenue_365d
    from forecasts

)

select * from final
