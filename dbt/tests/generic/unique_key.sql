{# The columns together are a key: no two rows agree on them all. #}
{% test unique_key(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as copies
from {{ model }}
group by all
having count(*) > 1

{% endtest %}
