{#
    The factors one below the other, with the weight each has for the account.

    Engagement counts only where it lifts the mean of the other factors. Were it
    to pull it down, an account nobody has heard of would come before the same
    account with a few visits, and rise when its last visit is forgotten
    (docs/decisions/0016-silence.md).
#}
{% macro account_factors(relations) -%}
with

weights as (
    select factor, cast(weight as decimal(9, 4)) as weight
    from {{ ref('stg_ops__policy_factors') }}
),

factors as (
    {% for factor, relation in relations.items() -%}
    select account_id, '{{ factor }}' as factor, score, reason
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

weighed as (
    select
        factors.account_id,
        factors.factor,
        factors.score,
        factors.reason,
        weights.weight
    from factors
    inner join weights on factors.factor = weights.factor
),

others as (
    select
        account_id,
        sum(score * weight) / nullif(sum(weight), 0) as score
    from weighed
    where factor <> 'engagement' and score is not null
    group by account_id
),

counted as (
    select
        weighed.*,
        weighed.score is not null and (
            weighed.factor <> 'engagement'
            or others.score is null
            or weighed.score >= others.score
        ) as is_counted
    from weighed
    left join others on weighed.account_id = others.account_id
),

with_impact as (
    select
        account_id,
        factor,
        score,
        case
            when score is not null and not is_counted
                then {{ dbt.concat(['reason', "' (too little to count)'"]) }}
            else reason
        end as reason,
        case when is_counted then weight else 0 end as weight,
        case
            when not is_counted then '?'
            when {{ is_weak('score') }} then '-'
            else '+'
        end as sign,
        case when is_counted then weight * abs(score - 50) else 0 end as impact
    from counted
)

select * from with_impact
{%- endmacro %}
