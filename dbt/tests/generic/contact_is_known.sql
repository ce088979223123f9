{#
    The contacts that rows of `model` name and that no window of contacts returned: created before the first day read,
    or without a create date. A row that names none isn't counted. One row per contact.
#}
{% test contact_is_known(model) %}

select
    named.account,
    named.contact_id,
    count(*) as records
from {{ model }} as named
anti join {{ ref('stg_wicked__contacts') }} as contacts
    on named.account = contacts.account
    and named.contact_id = contacts.contact_id
where named.contact_id is not null
group by all

{% endtest %}
