with

styles as (
    select * from {{ ref('int_account_styles') }}
),

reasons as (
    select * from {{ ref('int_style_reasons') }}
),

micro_segments as (
    select account_id, micro_segment_id
    from {{ ref('int_micro_segment_members') }}
),

open_periods as (
    select account_id, valid_from
    from {{ ref('int_style_history') }}
    where valid_to is null
),

build_context as (
    select as_of_date, policy_version, release_id
    from {{ ref('stg_ops__build_context') }}
),

joined as (
    select
        styles.account_id,
        build_context.as_of_date,
        styles.value_band,
        styles.base_style,
        styles.effective_style,
        styles.reason_code,
        reasons.reason,
        styles.rank_in_style,
        styles.seat_limit,
        micro_segments.micro_segment_id,
        cast(null as {{ dbt.type_string() }}) as lease_trigger,
        cast(null as date) as lease_ends_on,
        cast(null as {{ dbt.type_string() }}) as override_id,
        build_context.policy_version,
        build_context.release_id,
        styles.waitlist_style is not null as is_waitlisted,
        styles.waitlist_style,
        styles.waitlist_rank,
        styles.waitlist_entry_score,
        reasons.steady_reason,
        open_periods.valid_from as style_since
    from styles
    inner join reasons on styles.account_id = reasons.account_id
    cross join build_context
    left join micro_segments on styles.account_id = micro_segments.account_id
    left join open_periods on styles.account_id = open_periods.account_id
)

select * from joined
