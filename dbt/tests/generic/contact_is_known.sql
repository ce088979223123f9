{#
    The contacts that rows of `model` name and that no window of contacts returned: created before the first day read,
    or without a create date. One row per contact.
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
group by all

{% endtest %}
