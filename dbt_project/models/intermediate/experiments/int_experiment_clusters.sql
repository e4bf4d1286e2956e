{# The cluster in which an account entered a stepped test: the first one while
   the test runs. Where the account drifts to another, it keeps this one. #}
with

experiments as (
    select
        experiments.experiment,
        experiments.style,
        experiments.starts_on,
        build_context.as_of_date,
        least(
            coalesce(experiments.ends_on, build_context.as_of_date),
            build_context.as_of_date
        ) as last_day
    from {{ ref('stg_ops__policy_experiments') }} as experiments
    cross join {{ ref('stg_ops__build_context') }} as build_context
    where
        experiments.design = 'stepped'
        and experiments.starts_on <= build_context.as_of_date
),

ledger as (
    select * from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
),

spells as (
    select
        ledger.account_id,
        ledger.micro_segment_id,
        experiments.experiment,
        experiments.style,
        greatest(ledger.valid_from, experiments.starts_on) as entered_on
    from ledger
    inner join experiments
        on
            ledger.valid_from <= experiments.last_day
            and (
                ledger.ended_on is null
                or ledger.ended_on > experiments.starts_on
            )
    union all
    select
        members.account_id,
        members.micro_segment_id,
        experiments.experiment,
        experiments.style,
        experiments.as_of_date as entered_on
    from {{ ref('int_micro_segment_members') }} as members
    inner join experiments on experiments.as_of_date = experiments.last_day
),

placed as (
    select
        *,
        row_number() over (
            partition by account_id, experiment
            order by entered_on asc, micro_segment_id asc
        ) as place
    from spells
),

entries as (
    select
        account_id,
        experiment,
        style,
        micro_segment_id,
        entered_on
    from placed
    where place = 1
)

select * from entries
