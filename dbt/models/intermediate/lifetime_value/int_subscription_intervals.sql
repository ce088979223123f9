{# The groups of similar subscriptions for one without its own rhythm, the most similar first. #}
{%- set likenesses = {
    'price_of_product': ['source_system', 'currency', 'product', 'amount_band'],
    'product': ['source_system', 'currency', 'product'],
    'amount': ['source_system', 'currency', 'amount_band'],
    'account': ['currency'],
} -%}

with

plans as not materialized (

    select * from {{ ref('int_subscription_plans') }}

),

subscriptions as not materialized (

    select * from {{ ref('int_subscriptions') }}

),

products as (

    select * from {{ ref('stg_wicked__order_products') }}

),

-- an order's dearest line
main_products as (

    select
        plans.subscription_no,
        plans.plan,
        arg_min(
            coalesce(products.product_id, products.product_name),
            (-coalesce(cast(products.quantity as double) * cast(products.unit_price as double), 0), products.line_number)
        ) as product,
        arg_min(
            lower(products.product_name),
            (-coalesce(cast(products.quantity as double) * cast(products.unit_price as double), 0), products.line_number)
        ) as product_name
    from plans
    inner join subscriptions on plans.subscription_no = subscriptions.subscription_no
    inner join products
        on subscriptions.account = products.account
        and plans.order_key = products.order_key
    group by plans.subscription_no, plans.plan

),

described as (

    select
        plans.*,
        subscriptions.account,
        subscriptions.is_current,
        subscriptions.source_system,
        subscriptions.currency,
        main_products.product,
        {{ amount_band('plans.amount') }} as amount_band,
        subscriptions.grace_days,
        subscriptions.as_of_date,
        -- a product that is named after one period: "Yearly Plan", not "bi-weekly" or "3-month"
        {% for period, words in [
            (7, 'week|weekly'), (30, 'month|monthly'), (91, 'quarter|quarterly'), (365, 'year|yearly|annual|annually')
        ] -%}
        coalesce(
            regexp_matches(main_products.product_name, '(^|[^0-9\s-])[\s-]*\b({{ words }})\b')
            and not regexp_matches(main_products.product_name, '\b(bi|semi|every|each|of)\b'),
            false
        ) as is_named_{{ period }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from plans
    inner join subscriptions on plans.subscription_no = subscriptions.subscription_no
    left join main_products
        on plans.subscription_no = main_products.subscription_no
        and plans.plan = main_products.plan

),
{%- for likeness, columns in likenesses.items() %}

votes_by_{{ likeness }} as (

    select
        account,
        is_current,
        {{ columns | join(', ') }},
        interval_days,
        count(*) as plans,
        quantile_disc(amount, 0.5) as amount
    from described
    where interval_days is not null
    group by account, is_current, {{ columns | join(', ') }}, interval_days

),

majority_by_{{ likeness }} as (

    select
        account,
        is_current,
        {{ columns | join(', ') }},
        arg_max(interval_days, plans) as interval_days,
        arg_max(amount, plans) as amount
    from votes_by_{{ likeness }}
    group by account, is_current, {{ columns | join(', ') }}
    having 2 * max(plans) > sum(plans){{ ' and sum(plans) >= 3' if likeness == 'account' }}

),
{%- endfor %}

-- a price that nobody pays twice, although several are long overdue: not a monthly one
silent as (

    select
        account,
        is_current,
        source_system,
        currency,
        product,
        amount_band
    from described
    group by account, is_current, source_system, currency, product, amount_band
    having max(days) = 1
        and count(*) filter (where last_day + 31 + grace_days < as_of_date) >= 3

),

-- the interval of the subscription's other plans
siblings as (

    select
        subscription_no,
        arg_min(interval_days, abs(plan) * 2 + plan) as interval_days,
        arg_min(last_amount, abs(plan) * 2 + plan) as last_amount
    from plans
    where interval_days is not null
    group by subscription_no

),

named as (

    select
        *,
        case
            when cast(is_named_7 as integer) + cast(is_named_30 as integer)
                + cast(is_named_91 as integer) + cast(is_named_365 as integer) = 1
                then case
                    when is_named_7 then 7
                    when is_named_30 then 30
                    when is_named_91 then 91
                    else 365
                end
        end as named_days
    from described

),

compared as (

    select
        named.subscription_no,
        named.plan,
        named.interval_days as own_days,
        case
            when named.product is null then null
            when of_price.interval_days is not null then of_price.interval_days
            when named.amount <= 2.5 * of_product.amount and 2.5 * named.amount >= of_product.amount
                then of_product.interval_days
        end as product_days,
        named.named_days,
        -- about ten times a monthly price is a yearly price
        if(
            siblings.interval_days = 30 and named.last_amount between 8 * siblings.last_amount and 13 * siblings.last_amount,
            365,
            siblings.interval_days
        ) as sibling_days,
        if(named.product is null, of_amount.interval_days, null) as amount_days,
        if(silent.account is null, null, 365) as silent_days,
        if(
            named.amount <= 2.5 * of_account.amount and 2.5 * named.amount >= of_account.amount,
            of_account.interval_days,
            null
        ) as account_days,
        named.lone_gap_days
    from named
    left join siblings on named.subscription_no = siblings.subscription_no
    {%- for likeness, columns in likenesses.items() %}
    {%- set relation = 'of_' ~ likeness | replace('price_of_product', 'price') %}
    left join majority_by_{{ likeness }} as {{ relation }}
        on named.account = {{ relation }}.account
        and named.is_current = {{ relation }}.is_current
        {%- for column in columns %}
        and named.{{ column }} is not distinct from {{ relation }}.{{ column }}
        {%- endfor %}
    {%- endfor %}
    left join silent
        on named.account = silent.account
        and named.is_current = silent.is_current
        and named.source_system is not distinct from silent.source_system
        and named.currency is not distinct from silent.currency
        and named.product is not distinct from silent.product
        and named.amount_band = silent.amount_band

),

final as (

    select
        subscription_no,
        plan,
        cast(coalesce(
            own_days, product_days, named_days, sibling_days, amount_days, silent_days, account_days, lone_gap_days, 30
        ) as integer) as interval_days,
        case
            when own_days is not null then 'own'
            when product_days is not null then 'product'
            when named_days is not null then 'name'
            when sibling_days is not null then 'own'
            when amount_days is not null then 'amount'
            when silent_days is not null then 'assumed'
            when account_days is not null then 'account'
            when lone_gap_days is not null then 'own'
            else 'assumed'
        end as interval_from
    from compared

)

select * from final
