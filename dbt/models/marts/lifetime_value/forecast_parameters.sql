with

segments as (

    select * from {{ ref('int_forecast_segments') }}
    where sample = 'forecast'

),

parameters as (

    select * from {{ ref('int_forecast_parameters') }}

),

final as (

    select
        segments.account,
        segments.currency,
        cast(parameters.model as varchar) as model,
        cast(parameters.parameter as varchar) as parameter,
        cast(parameters.value as double) as value,
        cast(parameters.log_likelihood as double) as log_likelihood,
        cast(parameters.customers as bigint) as customers,
        segments.as_of_date,
        cast(parameters.converged as boolean) as converged,
        cast(parameters.reason as varchar) as reason
    from parameters
    inner join segments on parameters.segment_no = segments.segment_no

)

select * from final
