{# An account enters on its first day in the tested style while the test runs,
   and is in it from then on, whatever its style becomes. #}
with

experiments as (
    select
        experiments.*,
        build_context.as_of_date,
        least(
            coalesce(experiments.ends_on, build_context.as_of_date),
            build_context.as_of_date
        ) as last_day
    from {{ ref('stg_ops__policy_experiments') }} as experiments
    cross join {{ ref('stg_ops__build_context') }} as build_context
    where experiments.starts_on <= build_context.as_of_date
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

ledger as (
    select * from {{ ledger_before('stg_ops__style_ledger') }} as ledger
),

spells as (
    select
        ledger.account_id,
        experiments.experiment,
        experiments.style,
        experiments.starts_on,
        greatest(ledger.valid_from, experiments.starts_on) as entered_on
    from ledger
    inner join experiments
        on
            ledger.effective_style = experiments.style
            and ledger.valid_from <= experiments.last_day
            and (
                ledger.ended_on is null
                or ledger.ended_on > experiments.starts_on
            )
    union all
    select
        styles.account_id,
        experiments.experiment,
        experiments.style,
        experiments.starts_on,
        experiments.as_of_date as entered_on
    from styles
    inner join experiments
        on
            styles.effective_style = experiments.style
            and experiments.as_of_date = experiments.last_day
),

placed as (
    select
        *,
        row_number() over (
            partition by account_id, experiment
            order by entered_on asc, starts_on asc, style asc
        ) as place
    from spells
),

{# Accounts that are gone are nobody's to treat. #}
entries as (
    select
        placed.account_id,
        placed.experiment,
        placed.style,
        styles.effective_style,
        placed.entered_on
    from placed
    inner join styles on placed.account_id = styles.account_id
    where placed.place = 1
)

select * from entries
