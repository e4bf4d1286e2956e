{#
    Accounts a test needs so that it misses the lift it must not miss in one case of five (power 80 %) and sees one that is
    not there in one of twenty (5 %, two-sided): the usual sizes for two shares, for arms as unequal as the holdout makes
    them. A stepped test is sized as if half of its accounts waited.
#}
with

experiments as (
    select
        experiment,
        style,
        baseline_rate,
        baseline_rate * detectable_lift as difference,
        least(baseline_rate * (1 + detectable_lift), 1) as treated_rate,
        case when design = 'stepped' then 0.5 else holdout_share end
            as held_share
    from {{ ref('stg_ops__policy_experiments') }}
),

conventions as (
    select
        {{ benchmark('test_significance_z') }} as significance,
        {{ benchmark('test_power_z') }} as power
),

spread as (
    select
        experiments.experiment,
        experiments.style,
        experiments.held_share,
        experiments.difference,
        {# Treated accounts for each one held out. #}
        (1 - experiments.held_share) / experiments.held_share as times_treated,
        experiments.held_share * experiments.baseline_rate
        + (1 - experiments.held_share) * experiments.treated_rate as mean_rate,
        experiments.baseline_rate * (1 - experiments.baseline_rate)
            as held_variance,
        experiments.treated_rate * (1 - experiments.treated_rate)
            as treated_variance
    from experiments
    where
        experiments.held_share > 0
        and experiments.held_share < 1
        and experiments.baseline_rate > 0
        and experiments.treated_rate > experiments.baseline_rate
),

needed as (
    select
        spread.experiment,
        spread.style,
        spread.times_treated,
        ceil(power(
            (
                conventions.significance * sqrt(
                    (1 + 1 / spread.times_treated)
                    * spread.mean_rate * (1 - spread.mean_rate)
                )
                + conventions.power * sqrt(
                    spread.held_variance
                    + spread.treated_variance / spread.times_treated
                )
            ) / spread.difference,
            2
        )) as held_accounts
    from spread
    cross join conventions
),

sized as (
    select
        experiment,
        style,
        cast(held_accounts as bigint) as needed_held,
        cast(ceil(held_accounts * times_treated) as bigint) as needed_treated
    from needed
)

select * from sized
