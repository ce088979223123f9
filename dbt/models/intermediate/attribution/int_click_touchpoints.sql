{#-
    The touchpoints derived from the clicks: the contact's first click, its first click flagged as an opt-in, and before
    the order its last click flagged as a re-opt-in and its last click. A rebill has the last click of its
    subscription's first order, as the vendor's help pages say, unless `rebill_attribution` gives each order its own.
-#}

with

attribution_orders as (

    select * from {{ ref('int_attribution_orders') }}

),

contacts as (

    select * from {{ ref('int_path_contacts') }}

),

orders as not materialized (

    select * from {{ ref('int_last_clicks') }}

),

-- clicks before the order, or before its subscription's first order
last_clicks as (

    select
        attribution_orders.order_no,
        orders.contact_no,
        orders.ordered_at,
        orders.last_clicked_at,
        orders.last_utm_key
    from attribution_orders
    inner join orders on attribution_orders.path_order_no = orders.order_no
    where orders.last_click_no is not null

),

numbered_clicks as not materialized (

    select * from {{ ref('int_numbered_clicks') }}

),

first_clicks as (

    select
        contacts.contact_no,
        clicks.clicked_at,
        clicks.utm_key
    from contacts
    inner join numbered_clicks as clicks on contacts.clicks_before + 1 = clicks.click_no

),

first_optins as (

    select
        contact_no,
        min(clicked_at) as clicked_at,
        arg_min(utm_key, click_no) as utm_key
    from numbered_clicks
    where is_first_optin
    group by contact_no

),

-- one click per instant: the last of several
re_optins as (

    select
        contact_no,
        clicked_at,
        arg_max(utm_key, click_no) as utm_key
    from numbered_clicks
    where is_re_optin
    group by contact_no, clicked_at

),

final as (

    select
        orders.order_no,
        orders.contact_no,
        'first_click' as touchpoint,
        orders.ordered_at,
        first_clicks.clicked_at,
        first_clicks.utm_key
    from orders
    inner join first_clicks on orders.contact_no = first_clicks.contact_no
    union all
    select
        orders.order_no,
        orders.contact_no,
        'first_optin' as touchpoint,
        orders.ordered_at,
        first_optins.clicked_at,
        first_optins.utm_key
    from orders
    inner join first_optins on orders.contact_no = first_optins.contact_no
    union all
    select
        orders.order_no,
        orders.contact_no,
        're_optin' as touchpoint,
        orders.ordered_at,
        re_optins.clicked_at,
        re_optins.utm_key
    from orders
    asof join re_optins
        on orders.contact_no = re_optins.contact_no
        and orders.ordered_at >= re_optins.clicked_at
    union all
    select
        order_no,
        contact_no,
        'last_click' as touchpoint,
        ordered_at,
        last_clicked_at as clicked_at,
        last_utm_key as utm_key
    from last_clicks

)

select * from final
