{#- One row per day, kind of order, currency, model of the API's touchpoints and UTMs: what the model gives them. -#}

with

orders as (

    select * from {{ ref('int_attribution_orders') }}

),

touchpoints as (

    select * from {{ ref('int_order_touchpoints') }}

),

models as (

    select unnest({{ touchpoint_models() }}) as attribution_model

),

credited as (

    select
        touchpoint as attribution_model,
        order_no,
        utm_id,
        1.0 as credit,
        0.0 as credit_before,
        1.0 as credit_through
    from touchpoints
    union all
    select
        'full_impact' as attribution_model,
        order_no,
        utm_id,
        1.0 as credit,
        0.0 as credit_before,
        1.0 as credit_through
    from touchpoints
    where names_its_click
    union all
    select
        'linear' as attribution_model,
        order_no,
        utm_id,
        1 / touchpoints as credit,
        (position - 1) / touchpoints as credit_before,
        position / touchpoints as credit_through
    from touchpoints

),

unattributed as (

    select
        models.attribution_model,
        orders.order_no
    from orders
    cross join models
    anti join touchpoints
        on orders.order_no = touchpoints.order_no
        and models.attribution_model = touchpoints.touchpoint
    union all
    select
        unnest(['linear', 'full_impact']) as attribution_model,
        order_no
    from orders
    anti join touchpoints on orders.order_no = touchpoints.order_no

),

shares as (

    select * from credited
    union all
    select
        attribution_model,
        order_no,
        null as utm_id,
        1 as credit,
        0 as credit_before,
        1 as credit_through
    from unattributed

),

final as (

    select
        orders.account,
        orders.order_date,
        orders.is_first_order,
        orders.currency,
        shares.attribution_model,
        shares.utm_id,
        count(distinct shares.order_no) filter (where orders.is_purchase) as orders,
        coalesce(sum(shares.credit) filter (where orders.is_purchase), 0) as credit,
        sum({{ cumulative_share('orders.gross_revenue', 'shares.credit_before', 'shares.credit_through') }}) as attributed_gross,
        sum({{ cumulative_share('orders.net_revenue', 'shares.credit_before', 'shares.credit_through') }}) as attributed_net
    from shares
    inner join orders on shares.order_no = orders.order_no
    group by all

)

select * from final
