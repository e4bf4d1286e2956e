with

{# Competitors and our own companies are no buyers: nothing of them scores. #}
not_buyers as (
    select
        subject_key as account_id,
        min(reason) as reason
    from {{ ref('int_suppressions') }}
    where subject_kind = 'account' and from_scores
    group by subject_key
),

factors as (
    select
        factors.account_id,
        factors.factor,
        factors.weight,
        case when not_buyers.account_id is null then factors.score end as score,
        case
            when not_buyers.account_id is null then factors.reason
            else {{ dbt.concat(["'no buyer: '", 'not_buyers.reason']) }}
        end as reason,
        case when not_buyers.account_id is null then factors.sign else '?' end
            as sign,
        case when not_buyers.account_id is null then factors.impact else 0 end
            as impact
    from {{ ref('int_account_factors') }} as factors
    left join not_buyers on factors.account_id = not_buyers.account_id
),

engagement as (
    select account_id, has_digital from {{ ref('int_engagement_scores') }}
),

placed as (
    select
        *,
        row_number() over (
            partition by account_id, sign order by impact desc, factor asc
        ) as place_in_sign
    from factors
),

{# The strongest of each sign comes first, so that an account never shows
   three reasons in favour while one against decides. #}
scored as (
    select
        account_id,
        {% for factor in score_factors() -%}
        max(case when factor = '{{ factor }}' then score end)
            as {{ factor }}_score,
        max(case when factor = '{{ factor }}' then {{ dbt.concat([
            "sign", "' '", "reason",
        ]) }} end) as {{ factor }}_reason,
        {% endfor -%}
        {{ points('sum(score * weight) / nullif(sum(weight), 0)') }}
            as account_score,
        cast(count(*) as integer) as factors,
        {{ dbt.listagg(
            dbt.concat(["sign", "' '", "reason"]),
            "'; '",
            "order by place_in_sign, impact desc, factor",
            "cast(" ~ policy_number('reasons_shown') ~ " as integer)",
        ) }} as reasons
    from placed
    group by account_id
),

with_silence as (
    select
        scored.*,
        case
            when not_buyers.account_id is not null
                then {{ dbt.concat(["'? no buyer: '", 'not_buyers.reason']) }}
            else {{ dbt.concat([
                short_text('scored.reasons', 235),
                "case when engagement.has_digital then ''"
                ~ " else '; no digital data' end",
            ]) }}
        end as score_reasons
    from scored
    inner join engagement on scored.account_id = engagement.account_id
    left join not_buyers on scored.account_id = not_buyers.account_id
)

select * from with_silence
