{# Scores go out as whole points: a decimal moves whenever anybody else's data
   does, and each move would be a write that tells nobody anything. #}
with

records as (
    select source as destination, record_id as object_key, account_id
    from {{ ref('int_account_records') }}
),

sendable as (
    select account_id from {{ ref('int_sendable_accounts') }}
),

{# What a person wrote is never written over while it holds, whether the
   account got that style or waits for it. #}
edits as (
    select source, record_id, style
    from {{ ref('fct_style_overrides') }}
    where origin = 'crm_edit'
),

destinations as (
    select distinct destination from {{ ref('stg_ops__policy_fields') }}
),

styles as (
    select * from {{ ref('fct_account_styles') }}
),

scores as (
    select * from {{ ref('fct_account_scores') }}
),

micro_segments as (
    select micro_segment_id, name from {{ ref('dim_micro_segments') }}
),

joined as (
    select
        records.destination,
        records.object_key,
        records.account_id,
        coalesce(edits.style, styles.effective_style) as abm_style,
        styles.base_style as abm_base_style,
        {% for score in ['account'] + score_factors() -%}
        cast(round(scores.{{ score }}_score, 0) as integer)
            as abm_{{ score }}_score,
        {% endfor -%}
        styles.steady_reason as abm_reason,
        {{ short_text('micro_segments.name') }} as abm_micro_segment,
        styles.style_since as abm_style_since,
        styles.lease_ends_on as abm_lease_ends,
        styles.policy_version as abm_policy_version,
        styles.effective_style in ('one_to_one', 'one_to_few', 'one_to_many')
            as abm_is_target_account,
        {# HubSpot's three tiers, in thirds of the fit. #}
        case
            when scores.best_profile is null then null
            when scores.strategic_fit_score is null then null
            when scores.strategic_fit_score * 3 >= 200 then 'tier_1'
            when scores.strategic_fit_score * 3 >= 100 then 'tier_2'
            else 'tier_3'
        end as abm_ideal_customer_profile
    from records
    inner join sendable on records.account_id = sendable.account_id
    inner join destinations on records.destination = destinations.destination
    inner join styles on records.account_id = styles.account_id
    inner join scores on records.account_id = scores.account_id
    left join edits
        on
            records.destination = edits.source
            and records.object_key = edits.record_id
    left join micro_segments
        on styles.micro_segment_id = micro_segments.micro_segment_id
)

select * from joined
