{# Ids are unique only within a source system. A record without one belongs to the only system in which its id is known. #}


{# The value; if it is null, the only value that `key` has. #}
{% macro known_or_only(column, key) -%}
    coalesce(
        {{ column }},
        case
            when min({{ column }}) over (partition by {{ key }}) = max({{ column }}) over (partition by {{ key }})
                then min({{ column }}) over (partition by {{ key }})
        end
    )
{%- endmacro %}


{# The orders of subscriptions, each with the source system of its subscription. #}
{% macro subscription_orders(orders) -%}
    with

    subscription_orders as (

        select * from {{ orders }}
        where subscription_id is not null

    ),

    only_systems as (

        select
            account,
            subscription_id,
            min(source_system) as source_system
        from subscription_orders
        group by account, subscription_id
        having min(source_system) = max(source_system) and count(source_system) < count(*)

    )

    select
        subscription_orders.*
        replace (coalesce(subscription_orders.source_system, only_systems.source_system) as source_system)
    from subscription_orders
    left join only_systems
        on subscription_orders.account = only_systems.account
        and subscription_orders.subscription_id = only_systems.subscription_id
{%- endmacro %}
