{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_ad_spend'}}}) }}
with

spend as (

    select * from {{ ref('int_ad_spend') }}

),

utms as (

    select * from {{ ref('int_utms') }}

),

lines as (

    select
        spend.*,
        utms.normalised_key,
        concat_ws(' / ', spend.date, utms.source_name, utms.normalised_medium, utms.normalised_campaign) as campaign_day
    from spend
    inner join utms on spend.utm_key = utms.utm_key

),

replaced as (

    select
        account,
        'counts in place of' as what,
        file,
        instead_of as other_files,
        campaign_day
    from lines
    where instead_of is not null

),

added as (

    select
        account,
        'counts, too, without an ad account, beside' as what,
        min(file) filter (where ad_account is null) as file,
        min(file) filter (where ad_account is not null) as other_files,
        any_value(campaign_day) as campaign_day
    from lines
    where file is not null
    group by account, date, currency, normalised_key
    having bool_or(ad_account is null) and bool_or(ad_account is not null)

),

told_twice as (

    select * from replaced
    union all
    select * from added

),

final as (

    select
        account,
        file,
        what,
        other_files,
        count(distinct campaign_day) as campaign_days,
        min(campaign_day) as for_example
    from told_twice
    group by account, file, what, other_files

)

select * from final
