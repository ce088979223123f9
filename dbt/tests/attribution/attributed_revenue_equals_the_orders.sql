{{ config(meta={'dagster': {'ref': {'name': 'order_attribution'}}}) }}
with

orders as (

    select * from {{ ref('orders') }}

),

attributed as (

    select
        account,
        order_key,
        attribution_model,
        sum(attributed_gross) as attributed_gross,
        sum(attributed_net) as attributed_net,
        sum(credit) as credit
    from {{ ref('order_attribution') }}
    where attribution_model <> 'full_impact'
    group by account, order_key, attribution_model

),

models as (

    select distinct attribution_model from attributed

),

different as (

    select
        orders.account,
        orders.order_key,
        models.attribution_model
    from orders
    cross join models
    left join attributed
        on orders.account = attributed.account
        and orders.order_key = attributed.order_key
        and models.attribution_model = attributed.attribution_model
    where attributed.attributed_gross is distinct from orders.gross_revenue
        or attributed.attributed_net is distinct from orders.net_revenue
        or coalesce(abs(attributed.credit - 1) > 1e-9, true)

)

select * from different
