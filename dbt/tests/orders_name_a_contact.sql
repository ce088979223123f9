{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'orders'}}}) }}

select
    account,
    count(*) as orders,
    count(*) filter (where contact_id is null) as without_contact,
    {{ examples('case when contact_id is null then order_key end') }} as examples
from {{ ref('orders') }}
group by account
having {{ are_no_slips('contact_id is null') }}
