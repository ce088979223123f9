with

subscriptions as (

    select * from {{ ref('int_subscriptions') }}
    where is_current

),

purchases as not materialized (

    select * from {{ ref('int_subscription_purchases') }}

),

-- a refund that came as an order changes money, and nothing else
adjustments as (

    select * from {{ ref('int_subscription_orders') }}
    semi join purchases using (subscription_no)
    where not is_purchase and net_revenue <> 0

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

-- what each purchase changed in its subscription, and the churn if no purchase followed
events as (

    select
        subscription_no,
        date_trunc('month', order_date) as month,
        net_revenue,
        cast(order_number = 1 as integer) as new,
        cast(is_reactivation as integer) as reactivated,
        0 as churned,
        0 as churned_from_start,
        case when order_number = 1 then mrr else 0 end as new_mrr,
        case when is_reactivation then mrr else 0 end as reactivated_mrr,
        case when not is_reactivation then greatest(mrr - previous_mrr, 0) else 0 end as expansion_mrr,
        case when not is_reactivation then greatest(previous_mrr - mrr, 0) else 0 end as contraction_mrr,
        0 as churned_mrr
    from purchases
    union all
    select
        subscription_no,
        date_trunc('month', churned_on) as month,
        0 as net_revenue,
        0 as new,
        0 as reactivated,
        1 as churned,
        -- a subscription that began and churned in the month was not active at the start
        cast(active_since < date_trunc('month', churned_on) as integer) as churned_from_start,
        0 as new_mrr,
        0 as reactivated_mrr,
        0 as expansion_mrr,
        0 as contraction_mrr,
        mrr as churned_mrr
    from purchases
    where churned_on is not null
    union all
    select
        subscription_no,
        date_trunc('month', order_date) as month,
        net_revenue,
        0 as new,
        0 as reactivated,
        0 as churned,
        0 as churned_from_start,
        0 as new_mrr,
        0 as reactivated_mrr,
        0 as expansion_mrr,
        0 as contraction_mrr,
        0 as churned_mrr
    from adjustments

),

by_month as (

    select
        subscriptions.account,
        subscriptions.currency,
        events.month,
        sum(events.net_revenue) as recurring_net_revenue,
        {% for count in ['new', 'reactivated', 'churned', 'churned_from_start'] -%}
        sum(events.{{ count }}) as {{ count }},
        {% endfor -%}
        {% for movement in ['new', 'reactivated', 'expansion', 'contraction', 'churned'] -%}
        coalesce(sum(events.{{ movement }}_mrr), 0) as {{ movement }}_mrr{{ ',' if not loop.last }}
        {% endfor %}
    from events
    inner join subscriptions on events.subscription_no = subscriptions.subscription_no
    group by subscriptions.account, subscriptions.currency, events.month

),

began as (

    select
        account,
        currency,
        min(month) as first_month
    from by_month
    group by account, currency

),

months as (

    select
        began.account,
        began.currency,
        unnest(generate_series(began.first_month, coverage.last_month, interval 1 month)) as month
    from began
    inner join coverage on began.account = coverage.account

),

accumulated as (

    select
        months.account,
        months.currency,
        months.month,
        by_month.* exclude (account, currency, month),
        sum(by_month.new + by_month.reactivated - by_month.churned) over months_so_far as active_at_end,
        sum(
            by_month.new_mrr + by_month.reactivated_mrr + by_month.expansion_mrr
            - by_month.contraction_mrr - by_month.churned_mrr
        ) over months_so_far as mrr_at_end
    from months
    left join by_month
        on months.account = by_month.account
        and months.currency is not distinct from by_month.currency
        and months.month = by_month.month
    window months_so_far as (partition by months.account, months.currency order by months.month)

),

bridged as (

    select
        *,
        coalesce(lag(active_at_end) over months_so_far, 0) as active_at_start,
        coalesce(lag(mrr_at_end) over months_so_far, 0) as mrr_at_start
    from accumulated
    window months_so_far as (partition by account, currency order by month)

),

final as (

    select
        account,
        cast(month as date) as month,
        currency,
        cast(active_at_start as bigint) as active_at_start,
        cast(coalesce(new, 0) as bigint) as new,
        cast(coalesce(reactivated, 0) as bigint) as reactivated,
        cast(coalesce(churned, 0) as bigint) as churned,
        cast(active_at_end as bigint) as active_at_end,
        cast(coalesce(churned_from_start, 0) as bigint) as churned_from_start,
        coalesce(churned_from_start, 0) / nullif(active_at_start, 0) as churn_rate,
        {{ wide_money('coalesce(recurring_net_revenue, 0)') }} as recurring_net_revenue,
        {{ wide_money('mrr_at_start') }} as mrr_at_start,
        {{ wide_money('coalesce(new_mrr, 0)') }} as new_mrr,
        {{ wide_money('coalesce(reactivated_mrr, 0)') }} as reactivated_mrr,
        {{ wide_money('coalesce(expansion_mrr, 0)') }} as expansion_mrr,
        {{ wide_money('coalesce(contraction_mrr, 0)') }} as contraction_mrr,
        {{ wide_money('coalesce(churned_mrr, 0)') }} as churned_mrr,
        {{ wide_money('mrr_at_end') }} as mrr_at_end
    from bridged

)

select * from final
