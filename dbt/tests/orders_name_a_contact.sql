{#
    Orders that belong to no contact: their money is in `orders` and in attribution, and in no customer's, cohort's or lead's
    figures. A few are guests, or people who were deleted; more than one in a hundred (assumed) means that a source system
    doesn't tell who bought. Look at the orders named in that system. One row per account, with the first orders.
#}
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

select
    account,
    count(*) as orders,
    count(*) filter (where contact_id is null) as without_contact,
    {{ examples('case when contact_id is null then order_key end') }} as examples
from {{ ref('orders') }}
group by account
having count(*) filter (where contact_id is null) > count(*) / 100
