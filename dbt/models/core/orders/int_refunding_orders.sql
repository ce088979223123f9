with

orders as not materialized (

    select * from {{ ref('orders') }}
    where ordered_at is not null
        and contact_id is not null

),

products as (

    select * from {{ ref('stg_wicked__order_products') }}
    where product_id is not null

),

refunds as (

    select * from orders
    where gross_revenue < 0

),

candidates as (

    select
        refunds.account,
        refunds.order_key,
        purchases.order_key as purchase_key,
        purchases.ordered_at as purchased_at,
        purchases.order_date as purchase_date,
        purchases.subscription_id as purchase_subscription_id,
        purchases.is_first_order,
        coalesce(
            purchases.subscription_id = refunds.subscription_id
            and coalesce(purchases.source_system = refunds.source_system, true),
            false
        ) as same_subscription,
        purchases.gross_revenue >= -refunds.gross_revenue as is_large_enough,
        purchases.gross_revenue = -refunds.gross_revenue as is_equal
    from orders as purchases
    inner join refunds
        on purchases.account = refunds.account
        and purchases.contact_id = refunds.contact_id
        and purchases.currency is not distinct from refunds.currency
        and purchases.ordered_at <= refunds.ordered_at
    where purchases.is_purchase

),

same_product as (

    select distinct
        candidates.account,
        candidates.order_key,
        candidates.purchase_key
    from candidates
    inner join products as refunded
        on candidates.account = refunded.account
        and candidates.order_key = refunded.order_key
    inner join products as bought
        on candidates.account = bought.account
        and candidates.purchase_key = bought.order_key
        and refunded.product_id = bought.product_id

),

-- the latest purchase of the subscription, else of the product, else of the same amount, else one that is large enough
final as (

    select
        candidates.account,
        candidates.order_key,
        candidates.purchase_key,
        candidates.purchased_at,
        candidates.purchase_date,
        candidates.purchase_subscription_id,
        candidates.is_first_order
    from candidates
    left join same_product
        on candidates.account = same_product.account
        and candidates.order_key = same_product.order_key
        and candidates.purchase_key = same_product.purchase_key
    qualify row_number() over (
        partition by candidates.account, candidates.order_key
        order by
            candidates.same_subscription desc,
            same_product.purchase_key is not null desc,
            candidates.is_equal desc,
            candidates.is_large_enough desc,
            candidates.purchased_at desc,
            candidates.purchase_key desc
    ) = 1

)

select * from final
