{#
    The models over clicks: each has the share of one touch, and the shares of the touches before it and through it, from
    the columns of `int_path_touches`. Of an order without a path these columns are null, and its one row has it all.
#}


{# Models that give an order to one touch, and which touch that is. #}
{% macro single_touch_models() -%}
    {{- return({
        'first_touch': 'position = 1',
        'last_touch': 'position = touches',
        'last_non_direct': 'is_last_non_direct',
    }) -}}
{%- endmacro %}


{% macro multi_touch_models() -%}
    {{- return(['linear_touch', 'position_based', 'time_decay', 'shapley', 'markov']) -}}
{%- endmacro %}


{# The API's own touchpoints as models. #}
{% macro touchpoint_models() -%}
    {{- return(['first_click', 'first_optin', 're_optin', 'last_click']) -}}
{%- endmacro %}


{# The share of the touches up to number `position`: 40 % the first, 40 % the last, 20 % between; of two 50/50. #}
{% macro position_based_through(position) -%}
    case
        when {{ position }} >= touches then 1.0
        when {{ position }} = 0 then 0.0
        when touches = 2 then 0.5
        else 0.4 + 0.2 * ({{ position }} - 1) / (touches - 2)
    end
{%- endmacro %}


{% macro touch_credit(model) -%}
    {%- if model == 'linear_touch' -%}
    1 / touches
    {%- elif model == 'position_based' -%}
    case
        when touches <= 2 then 1 / touches
        when position in (1, touches) then 0.4
        else 0.2 / (touches - 2)
    end
    {%- else -%}
    {{ model }}_credit
    {%- endif -%}
{%- endmacro %}


{% macro touch_before(model) -%}
    {%- if model == 'linear_touch' -%}
    (position - 1) / touches
    {%- elif model == 'position_based' -%}
    {{ position_based_through('(position - 1)') }}
    {%- else -%}
    ({{ model }}_units - {{ credit_units(model ~ '_credit') }}) / 1e15
    {%- endif -%}
{%- endmacro %}


{% macro touch_through(model) -%}
    {%- if model == 'linear_touch' -%}
    position / touches
    {%- elif model == 'position_based' -%}
    {{ position_based_through('position') }}
    {%- else -%}
    {#- the last one takes what rounding leaves -#}
    case when position = touches then 1 else {{ model }}_units / 1e15 end
    {%- endif -%}
{%- endmacro %}


{# All models, in the order of their documentation. #}
{% macro all_models() -%}
    {{- return(
        touchpoint_models() + ['linear', 'full_impact'] + single_touch_models().keys() | list + multi_touch_models()
    ) -}}
{%- endmacro %}


{#
    Purchases that a row of daily figures counts. A model that shares an order counts it once for each ad or campaign `id`,
    however often that was touched: `touched_orders`, joined to `rows`, has these.
#}
{% macro counted_orders(rows, id) -%}
    case
        when {{ rows }}.family is null or {{ rows }}.{{ id }} is null then {{ rows }}.orders
        else coalesce(touched_orders.orders, 0)
    end
{%- endmacro %}


{# A credit in whole units of 1e-15: floating point adds whole numbers up to 9e15 exactly. #}
{% macro credit_units(credit) -%}
    round({{ credit }} * 1e15)
{%- endmacro %}
