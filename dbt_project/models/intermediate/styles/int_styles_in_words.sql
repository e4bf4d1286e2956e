{# What the sentences about a decision are put together from, read once: not
   worth a table. #}
{{ config(materialized='view') }}

with

styles as (
    select * from {{ ref('int_account_styles') }}
),

labels as (
    select style, label, is_enabled, manual_seats
    from {{ ref('stg_ops__policy_styles') }}
),

refused_overrides as (
    select account_id, is_within_kind
    from {{ ref('int_admitted_overrides') }}
    where not is_admitted
),

overrides as (
    select override_id, reason, ends_on from {{ ref('int_style_overrides') }}
),

flags as (
    select account_id, is_too_big_to_lose from {{ ref('int_account_flags') }}
),

points as (
    select account_id, points_needed from {{ ref('int_waitlist_points') }}
),

marketers as (
    select account_id, marketers_needed
    from {{ ref('int_waitlist_marketers') }}
),

triggers as (
    select
        trigger_name as trigger,
        label
    from {{ ref('stg_ops__policy_triggers') }}
    union all
    select
        {{ dbt.concat(["'programme:'", 'programme']) }} as trigger,
        label
    from {{ ref('stg_ops__policy_programmes') }}
),

in_words as (
    select
        styles.account_id,
        styles.reason_code,
        styles.base_style,
        styles.standing,
        styles.wanted_rank,
        styles.base_rank,
        styles.proposed_rank,
        styles.rank_in_style,
        styles.seat_limit,
        styles.has_prospect_seat,
        styles.waitlist_rank,
        styles.waitlist_seats,
        {% for style in [
            'effective', 'base', 'proposed', 'held', 'override'
        ] -%}
        coalesce({{ style }}_labels.label, 'no style') as {{ style }}_label,
        {% endfor -%}
        wanted_labels.label as wanted_label,
        waitlist_labels.label as waitlist_label,
        coalesce(triggers.label, 'Marketing qualified') as trigger_label,
        cast(styles.lease_ends_on as {{ dbt.type_string() }}) as lease_end,
        overrides.reason as override_reason,
        case
            when refused_overrides.account_id is null then null
            when not override_labels.is_enabled then ', which is switched off'
            when refused_overrides.is_within_kind
                then ', which has no seat left for that'
            else {{ dbt.concat([
                "', beyond its limit of manual seats: '",
                'override_labels.manual_seats',
            ]) }}
        end as override_refusal,
        cast(overrides.ends_on as {{ dbt.type_string() }}) as override_end,
        points.points_needed,
        marketers.marketers_needed,
        flags.is_too_big_to_lose
        and styles.effective_style <> 'one_to_one'
        and styles.exclusion is null as must_be_reviewed,
        cast(round(styles.account_score, 1) as decimal(4, 1)) as score_shown,
        case
            when styles.annual_potential is null then 'Potential unknown'
            else {{ dbt.concat([
                "'Potential of '", amount_in_words('styles.annual_potential'),
                "' '", policy_text('currency'), "' a year ('",
                method_in_words('styles.potential_method'), "')'",
            ]) }}
        end as potential,
        case
            when styles.annual_potential is null then ''
            when styles.value_band = 'below_bands' then ' is below every band'
            when styles.value_band = styles.wanted_style
                then {{ dbt.concat([
                    "' is in the band of '", 'wanted_labels.label'
                ]) }}
            else {{ dbt.concat([
                "' is within the margin of '", 'wanted_labels.label'
            ]) }}
        end as band
    from styles
    left join flags on styles.account_id = flags.account_id
    {% for style in [
        'effective', 'base', 'proposed', 'held', 'override', 'wanted',
        'waitlist'
    ] -%}
    left join labels as {{ style }}_labels
        on styles.{{ style }}_style = {{ style }}_labels.style
    {% endfor -%}
    left join refused_overrides
        on styles.account_id = refused_overrides.account_id
    left join overrides on styles.override_id = overrides.override_id
    left join triggers on styles.lease_trigger = triggers.trigger
    left join points on styles.account_id = points.account_id
    left join marketers on styles.account_id = marketers.account_id
)

select * from in_words
