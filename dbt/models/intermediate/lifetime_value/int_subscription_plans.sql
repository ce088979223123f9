with

orders as (

    select * from {{ ref('int_subscription_orders') }}
    where is_purchase

),

-- several orders of one day count as one, the largest
days as (

    select
        subscription_no,
        plan,
        order_date,
        max(amount) as amount,
        arg_min(order_key, (-amount, ordered_at, order_id, order_key)) as order_key
    from orders
    group by subscription_no, plan, order_date

),

neighbours as (

    select
        *,
        order_date - lag(order_date) over of_plan as gap_days,
        lag(order_date) over of_plan - lag(order_date, 2) over of_plan as previous_gap_days,
        lag(amount) over of_plan as previous_amount,
        lag(amount, 2) over of_plan as amount_before_previous
    from days
    window of_plan as (partition by subscription_no, plan order by order_date)

),

gaps as (

    select
        subscription_no,
        plan,
        gap_days,
        {{ period_of_gap('gap_days') }} as period_days,
        {{ is_like('amount', 'previous_amount') }} as is_like,
        -- gaps between orders of one price count twice
        gap_days * if({{ is_like('amount', 'previous_amount') }}, 2, 1) as weight,
        previous_gap_days,
        {{ is_like('previous_amount', 'amount_before_previous') }} as previous_is_like,
        gap_days + previous_gap_days as pair_days,
        (gap_days + previous_gap_days) * if({{ is_like('amount', 'amount_before_previous') }}, 2, 1) as pair_weight,
        -- two gaps that are no periods may form one or two together: an order in mid-period, a late payment
        coalesce(
            abs(gap_days - previous_gap_days) > 2
            and ({{ period_of_gap('gap_days') }} is null or {{ period_of_gap('previous_gap_days') }} is null),
            false
        ) as is_pair
    from neighbours
    where gap_days is not null

),

-- how many days each period explains: of its own length, and as periods that were skipped
evidence as (

    select
        subscription_no,
        plan
        {%- for period in billing_periods_known() %},
        coalesce(sum(case
            when period_days = {{ period.days }} then weight else 0
        end), 0) + coalesce(sum(case
            when not is_pair then 0
            when pair_days between {{ period.spans[0] | join(' and ') }} and not is_like and not previous_is_like
                then pair_weight
            when pair_days between {{ period.spans[1] | join(' and ') }}
                and 3 * abs(gap_days - {{ period.days }}) <= {{ period.days }}
                and 3 * abs(previous_gap_days - {{ period.days }}) <= {{ period.days }}
                then pair_weight
            else 0
        end), 0) as periods_of_{{ period.days }},
        coalesce(sum(case
            when gap_days between {{ period.spans[1] | join(' and ') }}
                or gap_days between {{ period.spans[2] | join(' and ') }} then weight
            else 0
        end), 0) as skips_of_{{ period.days }}
        {%- endfor %}
    from gaps
    group by subscription_no, plan

),

gap_counts as (

    select
        subscription_no,
        plan,
        gap_days,
        period_days,
        count(*) as gaps,
        sum(weight) as weight
    from gaps
    group by subscription_no, plan, gap_days, period_days

),

other_gaps as (

    select
        *,
        sum(gaps) over near as near_gaps,
        (weight + sum(weight) over near) / 2 as near_weight
    from gap_counts
    where period_days is null
    window near as (
        partition by subscription_no, plan
        order by gap_days
        range between 1 preceding and 1 following
    )

),

candidates as (

    {% for period in billing_periods_known() -%}
    select
        subscription_no,
        plan,
        {{ period.days }} as interval_days,
        -- at least one gap of one price, or two
        periods_of_{{ period.days }}
        + least(skips_of_{{ period.days }}, 3 * periods_of_{{ period.days }}) as weight,
        -{{ period.days }} as preference
    from evidence
    where periods_of_{{ period.days }} >= {{ 2 * period.spans[0][0] }}
    union all
    {% endfor -%}
    select
        subscription_no,
        plan,
        gap_days as interval_days,
        near_weight as weight,
        gaps - 1000 as preference
    from other_gaps
    where near_gaps >= if(gap_days >= 6, 2, 5)

),

chosen as (

    select
        subscription_no,
        plan,
        arg_max(interval_days, (weight, preference, interval_days)) as interval_days
    from candidates
    group by subscription_no, plan

),

-- mostly one number of days that no calendar month has: that number is the interval (28 days are no month)
exact as (

    select
        gap_counts.subscription_no,
        gap_counts.plan,
        arg_min(gap_counts.gap_days, (-gap_counts.gaps, gap_counts.gap_days)) as gap_days,
        max(gap_counts.gaps) as gaps,
        sum(gap_counts.gaps) as all_gaps
    from gap_counts
    inner join chosen
        on gap_counts.subscription_no = chosen.subscription_no
        and gap_counts.plan = chosen.plan
        and gap_counts.period_days is not null
        and case chosen.interval_days
            {%- for period in billing_periods_known() %}
            when {{ period.days }} then gap_counts.gap_days between {{ period.spans[0] | join(' and ') }}
            {%- endfor %}
            else false
        end
    group by gap_counts.subscription_no, gap_counts.plan

),

lone_gaps as (

    select
        subscription_no,
        plan,
        quantile_disc(gap_days, 0.5) as gap_days
    from gaps
    where is_like and gap_days >= 6
    group by subscription_no, plan

),

latest as (

    select
        subscription_no,
        plan,
        max(order_date) as last_day,
        count(*) as days,
        quantile_disc(amount, 0.5) as amount,
        arg_max(amount, order_date) as last_amount,
        arg_max(order_key, order_date) as order_key
    from days
    group by subscription_no, plan

),

final as (

    select
        latest.subscription_no,
        latest.plan,
        latest.last_day,
        latest.days,
        latest.amount,
        latest.last_amount,
        latest.order_key,
        cast(case
            when
                exact.gap_days not in (
                    7, 14
                    {%- for period in billing_periods_known() if period.months %},
                    {{ period.calendar | join(', ') }}
                    {%- endfor %}
                )
                and 2 * exact.gaps >= exact.all_gaps
                and exact.gaps >= if(exact.gap_days = 28, 2, 3)
                then exact.gap_days
            else chosen.interval_days
        end as integer) as interval_days,
        cast(coalesce({{ period_of_gap('lone_gaps.gap_days') }}, lone_gaps.gap_days) as integer) as lone_gap_days
    from latest
    left join chosen
        on latest.subscription_no = chosen.subscription_no
        and latest.plan = chosen.plan
    left join exact
        on latest.subscription_no = exact.subscription_no
        and latest.plan = exact.plan
    left join lone_gaps
        on latest.subscription_no = lone_gaps.subscription_no
        and latest.plan = lone_gaps.plan

)

select * from final
