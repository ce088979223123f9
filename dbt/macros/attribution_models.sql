{#
    The attribution models, each stated once, in the order of their documentation. The wide sums (`sums_by_model`) and the
    long view `int_order_attribution` both come from this table.

    family      the rows that the model reads: `touchpoint`, the API's four (`int_order_touchpoints`), or `click`, the
                touches of paths (`int_order_touches`)
    takes       the rows that it credits; none: all
    credit      a row's share of the order; none: the whole order
    before      the sum of the credits of the order's rows before this row
    through     the same sum with this row
    one_touch   true if it gives an order to one row
#}
{% macro attribution_models(family=none) -%}
    {%- set models = [] -%}
    {%- for touchpoint in touchpoint_models() -%}
        {%- do models.append({
            'name': touchpoint, 'family': 'touchpoint', 'one_touch': true, 'takes': "touchpoint = '" ~ touchpoint ~ "'",
        }) -%}
    {%- endfor -%}
    {%- do models.extend([
        {
            'name': 'linear', 'family': 'touchpoint', 'takes': 'is_present or stands_for_none',
            'credit': '1 / greatest(touchpoints, 1)',
            'before': '(position - 1) / greatest(touchpoints, 1)',
            'through': 'position / greatest(touchpoints, 1)',
        },
        {'name': 'full_impact', 'family': 'touchpoint', 'takes': 'names_its_click or stands_for_none'},
        {'name': 'first_touch', 'family': 'click', 'one_touch': true, 'takes': 'position = 1'},
        {'name': 'last_touch', 'family': 'click', 'one_touch': true, 'takes': 'position = touches'},
        {'name': 'last_non_direct', 'family': 'click', 'one_touch': true, 'takes': 'is_last_non_direct'},
        {
            'name': 'linear_touch', 'family': 'click',
            'credit': '1 / touches', 'before': '(position - 1) / touches', 'through': 'position / touches',
        },
        {
            'name': 'position_based', 'family': 'click',
            'credit': position_based_credit(),
            'before': position_based_through('(position - 1)'),
            'through': position_based_through('position'),
        },
    ]) -%}
    {%- for model in stored_models() -%}
        {%- do models.append({
            'name': model, 'family': 'click',
            'credit': model ~ '_units / 1e15',
            'before': '(' ~ model ~ '_units_through - ' ~ model ~ '_units) / 1e15',
            'through': 'case when position = touches then 1 else ' ~ model ~ '_units_through / 1e15 end',
        }) -%}
    {%- endfor -%}
    {{- return(models | selectattr('family', 'equalto', family) | list if family else models) -}}
{%- endmacro %}


{# The API's own touchpoints, each of which is a model. #}
{% macro touchpoint_models() -%}
    {{- return(['first_click', 'first_optin', 're_optin', 'last_click']) -}}
{%- endmacro %}


{# The models whose credits `int_path_touches` computes for each touch and stores. #}
{% macro stored_models() -%}
    {{- return(['time_decay', 'shapley', 'markov']) -}}
{%- endmacro %}


{# The first touch gets 40 %, the last 40 %, those between 20 %; two touches get 50 % each. #}
{% macro position_based_credit() -%}
    case
        when touches <= 2 then 1 / touches
        when position in (1, touches) then 0.4
        else 0.2 / (touches - 2)
    end
{%- endmacro %}


{# The sum of these credits up to touch number `position`. #}
{% macro position_based_through(position) -%}
    case
        when {{ position }} >= touches then 1.0
        when {{ position }} = 0 then 0.0
        when touches = 2 then 0.5
        else 0.4 + 0.2 * ({{ position }} - 1) / (touches - 2)
    end
{%- endmacro %}


{# A credit in whole units of 1e-15, as floating point, which adds whole numbers up to 9e15 exactly and fast. #}
{% macro credit_units(credit) -%}
    round({{ credit }} * 1e15)
{%- endmacro %}


{# The names of all models, in the order of their documentation. #}
{% macro all_models() -%}
    {{- return(attribution_models() | map(attribute='name') | list) -}}
{%- endmacro %}


{# The names of the models that credit one touch per order. #}
{% macro one_touch_models() -%}
    {{- return(attribution_models() | selectattr('one_touch', 'defined') | map(attribute='name') | list) -}}
{%- endmacro %}


{# A row's share of gross revenue by each model of a family that shares an order, one column each. #}
{% macro gross_shares_by_model(family) -%}
    {%- for model in attribution_models(family) if model.credit %}
        {{ cumulative_share('gross_units', model.before, model.through) }} as {{ model.name }}_gross_share
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#
    The figures of each model of a family over a group of its rows, one column each: rows taken, purchases, money. Most
    orders have no refund, and their shares of net revenue are those of gross revenue (`gross_shares_by_model`).
#}
{% macro sums_by_model(family) -%}
    {%- for model in attribution_models(family) %}
        {%- set taken = ' filter (where ' ~ model.takes ~ ')' if model.takes else '' %}
        {%- if model.takes %}
        count(*){{ taken }} as {{ model.name }}_rows,
        {%- endif %}
        {%- if model.credit %}
        sum(case when is_purchase then {{ model.credit }} else 0 end){{ taken }} as {{ model.name }}_credit,
        sum({{ model.name }}_gross_share){{ taken }} as {{ model.name }}_gross,
        sum(
            case
                when net_units = gross_units then {{ model.name }}_gross_share
                else {{ cumulative_share('net_units', model.before, model.through) }}
            end
        ){{ taken }} as {{ model.name }}_net
        {%- else %}
        count(*) filter (where is_purchase and ({{ model.takes }})) as {{ model.name }}_credit,
        sum(gross_units){{ taken }} as {{ model.name }}_gross,
        sum(net_units){{ taken }} as {{ model.name }}_net
        {%- endif %}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#
    The wide sums of a family over a coarser key of their UTMs, without gross revenue. `sums` has the finer sums and
    the coarser key.
#}
{% macro coarser_sums_by_model(family, key, sums) -%}
    select
        day_key,
        {{ key }},
        {%- for model in attribution_models(family) %}
        {%- if model.takes %}
        sum({{ model.name }}_rows) as {{ model.name }}_rows,
        {%- endif %}
        sum({{ model.name }}_credit) as {{ model.name }}_credit,
        sum({{ model.name }}_net) as {{ model.name }}_net
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ sums }}
    group by day_key, {{ key }}
{%- endmacro %}


{#
    The wide sums of all models (the CTEs `clicks` and `touchpoints`) in rows, one per day, `key` and model, with the
    money columns of `money`. For models of one touch, `orders` is final. For a model that shares an order, only the
    count of orders without a touch is used; `counted_orders` counts the others by `family`.
#}
{% macro sums_in_rows(key, money) -%}
    {%- set unshared = {'click': 'first_touch', 'touchpoint': 'full_impact'} -%}
    {%- for model in attribution_models() %}
    select
        day_key,
        '{{ model.name }}' as attribution_model,
        {{ 'null' if model.one_touch else "'" ~ model.family ~ "'" }} as family,
        {{ key }},
        {{ model.name if model.one_touch else unshared[model.family] }}_credit as orders,
        cast({{ model.name }}_credit as double) as credit,
        {%- for amount in money %}
        {{ model.name }}_{{ amount }} as {{ amount }}_units{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model.family }}s
    {%- if model.takes %}
    where {{ model.name }}_rows > 0
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# One part (`takes`, `credit`, `before` or `through`) of the model that a row names; `otherwise` if the model lacks it. #}
{% macro of_its_model(family, part, otherwise) -%}
    case attribution_model
        {%- for model in attribution_models(family) if model[part] %}
        when '{{ model.name }}' then {{ model[part] }}
        {%- endfor %}
        else {{ otherwise }}
    end
{%- endmacro %}


{#
    The number of purchases in a row of daily figures. A model that shares an order counts it once for each ad or
    campaign `id`, even if it touched the order several times: `touched_orders`, joined to `rows`, has these counts.
#}
{% macro counted_orders(rows, id) -%}
    case
        when {{ rows }}.family is null or {{ rows }}.{{ id }} is null then {{ rows }}.orders
        else coalesce(touched_orders.orders, 0)
    end
{%- endmacro %}
