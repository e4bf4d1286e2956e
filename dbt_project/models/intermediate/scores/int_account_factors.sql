with

weights as (
    select factor, cast(weight as decimal(9, 4)) as weight
    from {{ ref('stg_ops__policy_factors') }}
),

factors as (
    {% for factor in score_factors() -%}
    select account_id, '{{ factor }}' as factor, score, reason
    from {{ ref('int_' ~ factor ~ '_scores') }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

with_impact as (
    select
        factors.account_id,
        factors.factor,
        factors.score,
        factors.reason,
        case when factors.score is not null then weights.weight else 0 end
            as weight,
        case
            when factors.score is null then '?'
            when factors.score >= 50 then '+'
            else '-'
        end as sign,
        coalesce(weights.weight * abs(factors.score - 50), 0) as impact
    from factors
    inner join weights on factors.factor = weights.factor
)

select * from with_impact
