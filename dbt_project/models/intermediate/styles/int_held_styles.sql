{# What each account of the ledger brings into today's decision. Who came under
   a person's word or an exclusion that has ended is returning, and so is who
   left long ago: they hold nothing. A source that forgets an account for a
   while takes nothing from it. #}
with

ledger as (
    select account_id, base_style, reason_code, valid_from, ended_on
    from {{ ledger_before('stg_ops__style_ledger') }} as earlier
),

ended_overrides as (
    select distinct
        earlier.account_id,
        earlier.style
    from {{ ledger_before('stg_ops__override_ledger') }} as earlier
    left join {{ ref('int_style_overrides') }} as today
        on
            earlier.account_id = today.account_id
            and earlier.override_id = today.override_id
    where earlier.ended_on is null and today.account_id is null
),

exclusions as (
    select account_id, exclusion from {{ ref('int_account_bands') }}
),

ranks as (
    select style, style_rank from {{ ref('stg_ops__policy_styles') }}
),

policy as (
    select
        as_of_date,
        {{ policy_number('review.minimum_stay_days') }} as minimum_stay_days
    from {{ ref('stg_ops__build_context') }}
),

with_neighbours as (
    select
        *,
        lag(base_style) over (
            partition by account_id order by valid_from
        ) as previous_style,
        lag(ended_on) over (
            partition by account_id order by valid_from
        ) as previous_end,
        lead(valid_from) over (
            partition by account_id order by valid_from
        ) as next_from
    from ledger
),

{# One row per account: its last row, and the day its base style began. #}
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
        max(case when next_from is null then base_style end) as base_style,
        max(case when next_from is null then reason_code end) as reason_code,
        max(case when next_from is null then ended_on end) as ended_on
    from with_neighbours
    group by account_id
),

judged as (
    select
        lived.account_id,
        lived.base_style,
        lived.held_since,
        lived.ended_on is not null as was_away,
        coalesce({{ dbt.datediff(
            'lived.ended_on', 'policy.as_of_date', 'day'
        ) }} < policy.minimum_stay_days, true)
        and not coalesce(
            lived.base_style = 'none'
            and lived.reason_code like 'excluded%'
            and exclusions.exclusion is null, false
        )
        and not coalesce(
            lived.reason_code = 'override'
            and ended_overrides.account_id is not null, false
        ) as is_held
    from lived
    cross join policy
    left join exclusions on lived.account_id = exclusions.account_id
    left join ended_overrides
        on
            lived.account_id = ended_overrides.account_id
            and lived.base_style = ended_overrides.style
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
        case when judged.is_held then 'held' else 'returning' end as standing,
        judged.was_away
    from judged
    left join ranks on judged.base_style = ranks.style
)

select * from held
