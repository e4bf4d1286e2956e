with

arms as (
    select * from {{ ref('int_experiment_arms') }}
),

power as (
    select * from {{ ref('int_experiment_power') }}
),

conventions as (
    select
        {{ benchmark('test_significance_z') }} as significance,
        {{ benchmark('test_power_z') }} as power
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

sized as (
    select
        arms.*,
        power.needed_held,
        power.needed_treated,
        coalesce(
            arms.available_held >= power.needed_held
            and arms.available_treated >= power.needed_treated, false
        ) as is_large_enough,
        (conventions.significance + conventions.power) * sqrt(
            arms.baseline_rate * (1 - arms.baseline_rate)
            * (
                1.0 / nullif(arms.available_held, 0)
                + 1.0 / nullif(arms.available_treated, 0)
            )
        ) / nullif(arms.baseline_rate, 0) as lift_it_would_show,
        {{ ratio('arms.responses_treated', 'arms.accounts_treated') }}
            as rate_treated,
        {{ ratio('arms.responses_held', 'arms.accounts_held') }} as rate_held,
        conventions.significance
    from arms
    cross join conventions
    left join power
        on
            arms.experiment = power.experiment
            and arms.style = power.style
),

{# Steps start at different times: their arms do not answer one question. #}
compared as (
    select
        *,
        case when design = 'holdout' then rate_treated - rate_held end
            as difference,
        case
            when design = 'holdout'
                then significance * sqrt(
                    rate_treated * (1 - rate_treated)
                    / nullif(accounts_treated, 0)
                    + rate_held * (1 - rate_held) / nullif(accounts_held, 0)
                )
        end as half_interval
    from sized
),

told as (
    select
        compared.experiment,
        compared.style,
        build_context.as_of_date,
        compared.label,
        compared.design,
        compared.status,
        {{ experiment_verdict('compared') }} as verdict,
        compared.accounts_treated,
        compared.accounts_held,
        compared.accounts_in_other_styles,
        compared.available_treated,
        compared.available_held,
        compared.needed_treated,
        compared.needed_held,
        cast(compared.lift_it_would_show as decimal(12, 4))
            as lift_it_would_show,
        compared.rate_treated,
        compared.rate_held,
        cast(compared.difference as decimal(20, 6)) as difference,
        cast(compared.difference - compared.half_interval as decimal(20, 6))
            as difference_from,
        cast(compared.difference + compared.half_interval as decimal(20, 6))
            as difference_to,
        compared.is_large_enough,
        compared.starts_on,
        compared.ends_on
    from compared
    cross join build_context
)

select * from told
