with

purchases as (

    select * from {{ ref('int_subscription_purchases') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions') }}
    where is_forecast

),

segments as (

    select * from {{ ref('int_forecast_segments') }}
    where sample = 'forecast'

),

known as (

    select
        purchases.*,
        subscriptions.currency,
        segments.as_of_date
    from purchases
    inner join subscriptions on purchases.subscription_no = subscriptions.subscription_no
    inner join segments
        on subscriptions.account = segments.account
        and subscriptions.currency is not distinct from segments.currency
    where purchases.order_date <= segments.as_of_date

),

-- how many of the past due dates were met
renewal_rates as (

    select
        account,
        currency,
        count(*) filter (where is_renewal and order_number > 1 and not is_reactivation) as renewals,
        count(*) filter (where churned_on <= as_of_date) as churned
    from known
    group by account, currency

),

latest as (

    select
        subscription_no,
        account,
        currency,
        arg_max(contact_id, order_number) as contact_id,
        any_value(as_of_date) as as_of_date,
        min(order_date) as first_day,
        max(order_date) as last_day,
        -- a mid-period payment is money of its period
        count(*) filter (where is_renewal) as orders,
        sum(net_revenue) as net_revenue,
        max_by(interval_days, order_number) as interval_days,
        max(renewed_on) as renewed_on,
        max_by(lapses_on, order_number) > any_value(as_of_date) as is_live
    from known
    group by subscription_no, account, currency

),

-- the due dates of the coming year, numbered; an overdue payment is the first
due_dates as (

    select
        subscription_no,
        as_of_date,
        due_number,
        cast(renewed_on + {{ billing_periods('interval_days', 'due_number') }} as date) as due_date
    from (
        select
            *,
            unnest(range(1, 367 // least(interval_days, 28) + 3)) as due_number
        from latest
        where is_live
    )

),

expected as (

    select
        latest.subscription_no,
        any_value(renewal_rates.renewals / nullif(renewal_rates.renewals + renewal_rates.churned, 0)) as renewal_rate
        {%- for days in [30, 90, 365] %},
        sum(power(
            renewal_rates.renewals / nullif(renewal_rates.renewals + renewal_rates.churned, 0), due_dates.due_number
        )) filter (where due_dates.due_date <= due_dates.as_of_date + {{ days }}) as expected_orders_{{ days }}d
        {%- endfor %}
    from latest
    inner join due_dates on latest.subscription_no = due_dates.subscription_no
    inner join renewal_rates
        on latest.account = renewal_rates.account
        and latest.currency is not distinct from renewal_rates.currency
    group by latest.subscription_no

),

final as (

    select
        latest.account,
        latest.contact_id,
        latest.currency,
        latest.as_of_date,
        latest.first_day,
        latest.last_day,
        latest.orders,
        latest.net_revenue,
        latest.is_live,
        expected.renewal_rate
        {%- for days in [30, 90, 365] %},
        case
            when not latest.is_live then 0
            when expected.renewal_rate is not null then coalesce(expected.expected_orders_{{ days }}d, 0)
        end as expected_orders_{{ days }}d
        {%- endfor %}
    from latest
    left join expected on latest.subscription_no = expected.subscription_no

)

select * from final
