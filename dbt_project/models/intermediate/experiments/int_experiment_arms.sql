{# Both arms side by side; before a test starts, as many accounts as its style
   has today. #}
with

experiments as (
    select * from {{ ref('stg_ops__policy_experiments') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

responses as (
    select * from {{ ref('int_experiment_responses') }}
),

styles as (
    select
        effective_style,
        count(*) as accounts
    from {{ ref('int_account_styles') }}
    group by effective_style
),

arms as (
    select
        experiment,
        style,
        sum(case when arm = 'treated' then accounts else 0 end)
            as accounts_treated,
        sum(case when arm <> 'treated' then accounts else 0 end)
            as accounts_held,
        sum(case when arm = 'treated' then responses else 0 end)
            as responses_treated,
        sum(case when arm <> 'treated' then responses else 0 end)
            as responses_held,
        sum(accounts_in_other_styles) as accounts_in_other_styles
    from responses
    group by experiment, style
),

{# A stepped test has all arms alike in the long run: half of its accounts. #}
planned as (
    select
        experiments.experiment,
        experiments.style,
        floor(coalesce(styles.accounts, 0) * case
            when experiments.design = 'stepped' then 0.5
            else coalesce(experiments.holdout_share, 0)
        end) as held,
        coalesce(styles.accounts, 0) as accounts
    from experiments
    left join styles on experiments.style = styles.effective_style
),

joined as (
    select
        experiments.experiment,
        experiments.label,
        experiments.style,
        experiments.design,
        case
            when experiments.starts_on > build_context.as_of_date
                then 'planned'
            when experiments.ends_on < build_context.as_of_date then 'ended'
            else 'running'
        end as status,
        experiments.baseline_rate,
        experiments.detectable_lift,
        cast(coalesce(arms.accounts_treated, 0) as bigint) as accounts_treated,
        cast(coalesce(arms.accounts_held, 0) as bigint) as accounts_held,
        cast(coalesce(arms.accounts_in_other_styles, 0) as bigint)
            as accounts_in_other_styles,
        cast(case
            when
                experiments.starts_on <= build_context.as_of_date
                and experiments.design = 'holdout'
                then coalesce(arms.accounts_held, 0)
            when experiments.starts_on <= build_context.as_of_date
                then floor(0.5 * coalesce(
                    arms.accounts_held + arms.accounts_treated, 0
                ))
            else planned.held
        end as bigint) as available_held,
        cast(case
            when
                experiments.starts_on <= build_context.as_of_date
                and experiments.design = 'holdout'
                then coalesce(arms.accounts_treated, 0)
            when experiments.starts_on <= build_context.as_of_date
                then ceil(0.5 * coalesce(
                    arms.accounts_held + arms.accounts_treated, 0
                ))
            else planned.accounts - planned.held
        end as bigint) as available_treated,
        arms.responses_treated,
        arms.responses_held,
        experiments.starts_on,
        experiments.ends_on
    from experiments
    cross join build_context
    inner join planned
        on
            experiments.experiment = planned.experiment
            and experiments.style = planned.style
    left join arms
        on
            experiments.experiment = arms.experiment
            and experiments.style = arms.style
)

select * from joined
