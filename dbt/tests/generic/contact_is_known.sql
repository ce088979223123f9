{#
    The contacts that rows of `model` name but no window of contacts returned: created before the first day read, or
    without a create date. Rows without a contact don't count. Rows whose `email` exactly one contact has belong to that
    contact, and don't count either. One row per contact.
#}
{% test contact_is_known(model, email) %}

select
    named.account,
    {{ without_addresses('named.contact_id') }} as contact_id,
    count(*) as records
from {{ model }} as named
anti join {{ ref('stg_wicked__contacts') }} as contacts
    on named.account = contacts.account
    and named.contact_id = contacts.contact_id
left join {{ ref('int_contact_emails') }} as emails
    on named.account = emails.account
    and {{ comparable_email('named.' ~ email) }} = emails.email
where named.contact_id is not null
    and emails.contact_id is null
group by named.account, named.contact_id

{% endtest %}
