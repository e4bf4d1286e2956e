{# Two sentences for each decision: the full one, and one for the CRM that is
   made of the account's own facts: what moves whenever anybody else does would
   rewrite every waiting record each night. #}
{% set treated_as = dbt.concat(["'; treated as '", "effective_label"]) %}
{% set rank_and_seats = dbt.concat([
    "': rank '", "rank_in_style", "' of '", "seat_limit", "' seats'",
    "coalesce(" ~ dbt.concat(["' with '", "score_shown", "' points'"]) ~ ", '')",
]) %}
{% set what_enters = dbt.concat([
    "coalesce(" ~ dbt.concat([
        "'; enters at '", "points_needed", "' points'",
        "coalesce(" ~ dbt.concat(["', has '", "score_shown"])
        ~ ", ', has no score')",
    ]) ~ ", '')",
    "coalesce(" ~ dbt.concat([
        "'; or with '", "marketers_needed",
        "case when marketers_needed = 1 then ' more marketer'"
        ~ " else ' more marketers' end",
    ]) ~ ", '')",
]) %}

with

in_words as (
    select * from {{ ref('int_styles_in_words') }}
),

{# What is the same in both sentences: the account's own facts. #}
own as (
    select
        *,
        case reason_code
            when 'excluded_competitor'
                then 'Excluded: on the list of competitors'
            when 'excluded_own' then 'Excluded: one of our own companies'
            when 'excluded_suppressed'
                then 'Excluded: on the list of suppressed accounts'
            when 'lease' then {{ dbt.concat([
                "trigger_label", "': '", "effective_label", "' until '",
                "lease_end", "', then '", "base_label", "' again'",
            ]) }}
            when 'override' then {{ dbt.concat([
                "'Decided by a person'",
                "coalesce(" ~ dbt.concat(["' until '", "override_end"])
                ~ ", '')",
                "coalesce(" ~ dbt.concat([
                    "': '", short_text("override_reason", 120)
                ]) ~ ", '')",
                treated_as,
            ]) }}
            when 'override_waits' then {{ dbt.concat([
                "'A person asked for '", "override_label", "override_refusal",
                treated_as,
            ]) }}
            when 'team_incomplete' then {{ dbt.concat([
                "potential", "band",
                "'; its account team or a sign-off is missing'", treated_as,
            ]) }}
            when 'style_disabled' then {{ dbt.concat([
                "potential", "band", "', which is switched off'", treated_as,
            ]) }}
            when 'potential_unknown' then {{ dbt.concat([
                "'Potential unknown: no estimate, no open pipeline and too few'",
                "' comparable customers'", treated_as, "' until it is known'",
            ]) }}
            when 'below_bands'
                then {{ dbt.concat(["potential", "band", treated_as]) }}
            when 'no_style_open' then {{ dbt.concat([
                "potential", "'; no style below the band of '",
                "wanted_label", "' is switched on'",
            ]) }}
        end as fact
    from in_words
),

told as (
    select
        *,
        case
            when fact is not null then fact
            when reason_code = 'seat_withdrawn' then {{ dbt.concat([
                "'Its seat as '", "held_label",
                "' is gone: there are fewer seats than accounts'", treated_as,
            ]) }}
            when reason_code = 'held_until_review' then {{ dbt.concat([
                "potential", "band", "'; stays '", "base_label",
                "' until a review, which today would say '", "proposed_label",
            ]) }}
            when reason_code = 'minimum_stay' then {{ dbt.concat([
                "potential", "band", "'; '", "proposed_label",
                "' is due, but its minimum stay as '", "base_label",
                "' is not over'",
            ]) }}
            when reason_code = 'moves_capped' then {{ dbt.concat([
                "potential", "band", "'; '", "proposed_label",
                "' is due, but this review made all its moves; stays '",
                "base_label",
            ]) }}
            when reason_code = 'waitlisted' then {{ dbt.concat([
                "potential", "'; waits for '", "waitlist_label",
                "': rank '", "waitlist_rank", "' of '", "waitlist_seats",
                "' seats'", what_enters, treated_as,
            ]) }}
            when reason_code = 'new_below_review' then {{ dbt.concat([
                "potential", "band",
                "'; new accounts enter it in a review'", treated_as,
            ]) }}
            when proposed_rank < base_rank then {{ dbt.concat([
                "potential", "band", "'; its seat as '", "proposed_label",
                "' is still taken'", treated_as,
            ]) }}
            else {{ dbt.concat([
                "potential", "band",
                "case when has_prospect_seat"
                ~ " then ', on a seat kept for prospects' else '' end",
                "case when seat_limit is null then '' else "
                ~ rank_and_seats ~ " end",
            ]) }}
        end as reason,
        coalesce(fact, {{ dbt.concat([
            "potential", "band",
            "case when wanted_rank < base_rank then "
            ~ dbt.concat([treated_as, "' until a review seats it higher'"])
            ~ " when wanted_rank > base_rank then "
            ~ dbt.concat(["'; stays '", "base_label", "' until a review'"])
            ~ " else '' end",
        ]) }}) as steady_reason
    from own
),

ended as (
    select
        {% for sentence in ['reason', 'steady_reason'] -%}
        {{ dbt.concat([
            short_text(sentence, 205),
            "case when must_be_reviewed"
            ~ " then '; too big to lose: to be reviewed' else '' end",
            "'.'",
        ]) }} as {{ sentence }},
        {% endfor -%}
        account_id
    from told
)

select * from ended
