{# What each account of the ledger brings into today's decision. Who came under
   a person's word or an exclusion that has ended is returning, and so is who
   had left: they hold nothing. #}
with

ledger as (
    select account_id, base_style, reason_code, valid_from, ended_on
    from {{ ledger_before('stg_ops__style_ledger') }} as earlier
),

ended_overrides as (
    select earlier.account_id, earlier.style
    from {{ ledger_before('stg_ops__override_ledger') }} as earlier
    left join {{ ref('int_style_overrides') }} as today
        on earlier.account_id = today.account_id
    where earlier.ended_on is null and today.account_id is null
),

exclusions as (
    select account_id, exclusion from {{ ref('int_account_bands') }}
),

ranks as (
    select style, style_rank from {{ ref('stg_ops__policy_styles') }}
),

with_previous as (
    select
        *,
        lag(base_style) over (
            partition by account_id order by valid_from
        ) as previous_style,
        lag(ended_on) over (
            partition by account_id order by valid_from
        ) as previous_end
    from ledger
),

{# One row per account: its live row, and the day its base style began. #}
lived as (
    select
        account_id,
        max(
            case
                when
                    previous_style = base_style
                    and previous_end = valid_from then null
                else valid_from
            end
        ) as held_since,
        max(case when ended_on is null then base_style end) as base_style,
        max(case when ended_on is null then reason_code end) as reason_code
    from with_previous
    group by account_id
),

judged as (
    select
        lived.account_id,
        lived.base_style,
        lived.held_since,
        lived.base_style is not null
        and not coalesce(
            lived.base_style = 'none'
            and lived.reason_code like 'excluded%'
            and exclusions.exclusion is null, false
        )
        and not coalesce(
            lived.reason_code = 'override' and exists (
                select 1 from ended_overrides
                where
                    ended_overrides.account_id = lived.account_id
                    and ended_overrides.style = lived.base_style
            ), false
        ) as is_held
    from lived
    left join exclusions on lived.account_id = exclusions.account_id
),

held as (
    select
        judged.account_id,
        case when judged.is_held then judged.base_style end as held_style,
        case
            when judged.is_held
                then coalesce(ranks.style_rank, {{ styles() | length + 1 }})
        end as held_rank,
        case when judged.is_held then judged.held_since end as held_since,
        case when judged.is_held then 'held' else 'returning' end as standing
    from judged
    left join ranks on judged.base_style = ranks.style
)

select * from held
