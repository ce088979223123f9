{{ config(severity='warn') }}
{# A row for each contact whose reported lifetime value differs from its orders', for no reason that we know. #}
with

unexplained as (

    select
        account,
        contact_id,
        currency,
        reported_ltv,
        net_revenue,
        difference
    from {{ ref('ltv_reconciliation') }}
    where reason = 'unexplained'
    order by abs(difference) desc

)

select * from unexplained
