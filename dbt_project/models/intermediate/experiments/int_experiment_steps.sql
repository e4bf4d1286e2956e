{# The day on which a cluster's turn comes: in the order in which clusters
   appeared, by a hash among those that were there, so that a new one never
   moves the turn of another. #}
with

experiments as (
    select
        experiments.*,
        build_context.as_of_date
    from {{ ref('stg_ops__policy_experiments') }} as experiments
    cross join {{ ref('stg_ops__build_context') }} as build_context
    where
        experiments.design = 'stepped'
        and experiments.starts_on <= build_context.as_of_date
),

ledger as (
    select * from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
),

known as (
    select
        micro_segment_id,
        valid_from,
        ended_on
    from ledger
    union all
    select
        members.micro_segment_id,
        build_context.as_of_date as valid_from,
        cast(null as date) as ended_on
    from {{ ref('int_micro_segment_members') }} as members
    cross join {{ ref('stg_ops__build_context') }} as build_context
),

appeared as (
    select
        experiments.experiment,
        experiments.style,
        experiments.starts_on,
        experiments.step_days,
        experiments.clusters_per_step,
        known.micro_segment_id,
        min(greatest(known.valid_from, experiments.starts_on)) as first_day
    from known
    inner join experiments
        on
            known.ended_on is null
            or known.ended_on > experiments.starts_on
    group by
        experiments.experiment,
        experiments.style,
        experiments.starts_on,
        experiments.step_days,
        experiments.clusters_per_step,
        known.micro_segment_id
),

ordered as (
    select
        *,
        row_number() over (
            partition by experiment, style
            order by
                first_day asc,
                {{ hash_share(dbt.concat([
                    'experiment', "':'", 'micro_segment_id',
                ])) }} asc,
                micro_segment_id asc
        ) as place
    from appeared
),

steps as (
    select
        experiment,
        style,
        micro_segment_id,
        starts_on,
        step_days,
        first_day,
        cast(
            floor((place - 1) / cast(clusters_per_step as decimal(9, 1))) + 1
            as integer
        ) as step
    from ordered
),

dated as (
    select
        experiment,
        style,
        micro_segment_id,
        step,
        greatest(
            cast(
                {{ dbt.dateadd('day', '(step - 1) * step_days', 'starts_on') }}
                as date
            ),
            first_day
        ) as treated_from
    from steps
)

select * from dated
