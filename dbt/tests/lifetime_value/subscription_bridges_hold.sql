with

months as (

    select
        *,
        lag(month) over by_month as previous_month,
        lag(active_at_end) over by_month as previous_active,
        lag(mrr_at_end) over by_month as previous_mrr
    from {{ ref('subscriptions_monthly') }}
    window by_month as (partition by account, currency order by month)

),

broken as (

    select
        account,
        month,
        currency
    from months
    where active_at_start + new + reactivated - churned <> active_at_end
        or mrr_at_start + new_mrr + reactivated_mrr + expansion_mrr - contraction_mrr - churned_mrr <> mrr_at_end
        or coalesce(previous_active, 0) <> active_at_start
        or coalesce(previous_mrr, 0) <> mrr_at_start
        or previous_month + interval 1 month <> month
        or active_at_end < 0

)

select * from broken
