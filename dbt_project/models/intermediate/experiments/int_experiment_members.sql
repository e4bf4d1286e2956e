{# A hash of test and account holds out; steps follow the cluster in which the
   account entered. Neither changes with anything else. #}
with

entries as (
    select
        *,
        {{ hash_share(dbt.concat([
            'experiment', "':'", 'account_id',
        ])) }} as hash_share
    from {{ ref('int_experiment_entries') }}
),

experiments as (
    select
        experiments.experiment,
        experiments.style,
        experiments.design,
        experiments.holdout_share,
        build_context.as_of_date,
        coalesce(experiments.ends_on >= build_context.as_of_date, true)
            as is_running
    from {{ ref('stg_ops__policy_experiments') }} as experiments
    cross join {{ ref('stg_ops__build_context') }} as build_context
),

steps as (
    select * from {{ ref('int_experiment_steps') }}
),

clusters as (
    select * from {{ ref('int_experiment_clusters') }}
),

held_out as (
    select
        entries.account_id,
        entries.experiment,
        entries.style,
        experiments.design,
        case
            when entries.hash_share < experiments.holdout_share then 'holdout'
            else 'treated'
        end as arm,
        entries.effective_style,
        cast(null as {{ dbt.type_string() }}) as micro_segment_id,
        cast(null as integer) as step,
        experiments.is_running,
        entries.entered_on,
        case
            when entries.hash_share >= experiments.holdout_share
                then entries.entered_on
        end as treated_from
    from entries
    inner join experiments
        on
            entries.experiment = experiments.experiment
            and entries.style = experiments.style
    where experiments.design = 'holdout'
),

stepped as (
    select
        entries.account_id,
        entries.experiment,
        entries.style,
        experiments.design,
        case
            when steps.treated_from <= experiments.as_of_date then 'treated'
            else 'waits'
        end as arm,
        entries.effective_style,
        clusters.micro_segment_id,
        steps.step,
        experiments.is_running,
        clusters.entered_on,
        greatest(steps.treated_from, clusters.entered_on) as treated_from
    from entries
    inner join experiments
        on
            entries.experiment = experiments.experiment
            and entries.style = experiments.style
    inner join clusters
        on
            entries.account_id = clusters.account_id
            and entries.experiment = clusters.experiment
    inner join steps
        on
            clusters.experiment = steps.experiment
            and clusters.style = steps.style
            and clusters.micro_segment_id = steps.micro_segment_id
    where experiments.design = 'stepped'
),

members as (
    select * from held_out
    union all
    select * from stepped
),

marked as (
    select
        account_id,
        experiment,
        style,
        design,
        arm,
        effective_style,
        micro_segment_id,
        step,
        is_running,
        effective_style <> style as has_changed_style,
        {# Nobody is held out of 1:One; who waits there waits no more. #}
        is_running
        and arm in ('holdout', 'waits')
        and effective_style not in ('one_to_one', 'none') as is_withheld,
        entered_on,
        treated_from
    from members
)

select * from marked
