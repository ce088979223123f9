{{ config(severity='warn') }}
{# A row for each fit that was refused, with its reason; its forecasts are null. #}
with

refused as (

    select distinct
        account,
        currency,
        model,
        customers,
        reason
    from {{ ref('forecast_parameters') }}
    where not converged

)

select * from refused
