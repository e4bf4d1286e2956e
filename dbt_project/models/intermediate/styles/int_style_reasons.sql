{# Two sentences for each decision: the full one, and one for the CRM without
   ranks and with the entry score in steps of 5: what moves whenever anybody
   else does would rewrite every waiting record each night. #}
{% set treated_as = dbt.concat([
    "'; treated as '", "style_label"
]) %}

with

styles as (
    select * from {{ ref('int_account_styles') }}
),

labels as (
    select style, label from {{ ref('stg_ops__policy_styles') }}
),

in_words as (
    select
        styles.*,
        coalesce(style_labels.label, 'no style') as style_label,
        wanted_labels.label as wanted_label,
        waitlist_labels.label as waitlist_label,
        cast(round(styles.account_score, 1) as decimal(4, 1)) as score_shown,
        cast(round(styles.waitlist_entry_score, 1) as decimal(4, 1))
            as entry_shown,
        cast(5 * round(styles.waitlist_entry_score / 5, 0) as integer)
            as entry_rounded,
        case
            when styles.annual_potential is null then 'Potential unknown'
            else {{ dbt.concat([
                "'Potential of '", amount_in_words('styles.annual_potential'),
                "' '", policy_text('currency'), "' a year ('",
                method_in_words('styles.potential_method'), "')'",
            ]) }}
        end as potential
    from styles
    left join labels as style_labels
        on styles.effective_style = style_labels.style
    left join labels as wanted_labels
        on styles.wanted_style = wanted_labels.style
    left join labels as waitlist_labels
        on styles.waitlist_style = waitlist_labels.style
),

{# What both sentences say; a seat and a waitlist are told in two ways. #}
with_parts as (
    select
        *,
        case reason_code
            when 'excluded_competitor'
                then 'Excluded: on the list of competitors'
            when 'excluded_own' then 'Excluded: one of our own companies'
            when 'excluded_suppressed'
                then 'Excluded: on the list of suppressed accounts'
            when 'potential_unknown' then {{ dbt.concat([
                "'Potential unknown: no estimate, no open pipeline and too few'",
                "' comparable customers'", treated_as, "' until it is known'",
            ]) }}
            when 'style_disabled' then {{ dbt.concat([
                "potential", "' is in the band of '", "wanted_label",
                "', which is switched off'", treated_as,
            ]) }}
            when 'below_bands' then {{ dbt.concat([
                "potential", "' is below every band'", treated_as,
            ]) }}
            when 'no_style_open' then {{ dbt.concat([
                "potential", "'; no style below the band of '",
                "wanted_label", "' is switched on'",
            ]) }}
            when 'waitlisted' then {{ dbt.concat([
                "potential", "'; waits for '", "waitlist_label"
            ]) }}
            else {{ dbt.concat([
                "potential", "' is in the band of '", "wanted_label"
            ]) }}
        end as start_of_reason,
        case
            when reason_code <> 'band_and_seat' then ''
            when has_prospect_seat then ', on a seat kept for prospects'
            else ''
        end as seat_kind
    from in_words
),

with_sentences as (
    select
        account_id,
        {{ dbt.concat([
            'start_of_reason',
            'seat_kind',
            "case when reason_code = 'waitlisted' then "
            ~ dbt.concat([
                "': rank '", "waitlist_rank", "' of '", "waitlist_seats",
                "' seats'",
                "coalesce(" ~ dbt.concat([
                    "'; enters at '", "entry_shown", "' points'"
                ]) ~ ", '')",
                "coalesce(" ~ dbt.concat([
                    "', has '", "score_shown"
                ]) ~ ", ', has no score')",
                treated_as,
            ])
            ~ " when reason_code = 'band_and_seat' and seat_limit is not null"
            ~ " then " ~ dbt.concat([
                "': rank '", "rank_in_style", "' of '", "seat_limit",
                "' seats'",
                "coalesce(" ~ dbt.concat([
                    "' with '", "score_shown", "' points'"
                ]) ~ ", '')",
            ])
            ~ " else '' end",
            "'.'",
        ]) }} as reason,
        {{ dbt.concat([
            'start_of_reason',
            'seat_kind',
            "case when reason_code = 'waitlisted' then "
            ~ dbt.concat([
                "coalesce(" ~ dbt.concat([
                    "', enters at about '", "entry_rounded", "' points'"
                ]) ~ ", '')",
                treated_as,
            ])
            ~ " else '' end",
            "'.'",
        ]) }} as steady_reason
    from with_parts
),

shortened as (
    select
        account_id,
        {{ short_text('reason') }} as reason,
        {{ short_text('steady_reason') }} as steady_reason
    from with_sentences
)

select * from shortened
