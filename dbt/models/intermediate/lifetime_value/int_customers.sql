with

orders as (

    select * from {{ ref('orders') }}
    where contact_id is not null

),

totals as (

    select
        account,
        contact_id,
        currency,
        count(*) filter (where is_purchase) as order_count,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue,
        -- neither paid nor refunded; a refund that came as an order takes back another order's money
        -- most orders are paid in full: only the others' money is widened
        sum(
            case
                when net_revenue < gross_revenue
                    then greatest({{ wide_money('gross_revenue') }} - refunded_revenue - net_revenue, 0)
                else 0
            end
        ) filter (where gross_revenue > 0) as never_paid,
        -sum(net_revenue) filter (where gross_revenue < 0) as taken_back,
        min(ordered_at) filter (where is_purchase) as first_order_at,
        max(ordered_at) filter (where is_purchase) as last_order_at,
        min(order_date) filter (where is_purchase) as first_order_date,
        arg_min(order_key, customer_order_number) filter (
            where is_purchase and ordered_at is not null
        ) as first_order_key,
        coalesce(bool_or(subscription_id is not null) filter (where is_purchase), false) as is_subscriber
    from orders
    group by account, contact_id, currency

),

final as (

    select
        -- joining and sorting ten million purchases by a number is three times as fast as by three words
        row_number() over () as customer_no,
        *,
        cast(date_trunc('month', first_order_date) as date) as cohort_month
    from totals

)

select * from final
