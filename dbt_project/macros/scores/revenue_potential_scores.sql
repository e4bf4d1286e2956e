{# Factor revenue potential: the annual potential on the policy's logarithmic scale. #}
{% macro revenue_potential_scores(potential) -%}
with

potential as (
    select * from {{ potential }}
),

scale as (
    select
        {{ policy_number('revenue_potential.zero_at') }}
        * {{ policy_number('scale_factor') }} as zero_at,
        {{ policy_number('revenue_potential.full_at') }}
        * {{ policy_number('scale_factor') }} as full_at,
        {{ policy_text('currency') }} as currency_code
),

in_words as (
    select
        potential.*,
        case
            when potential_method = 'peer_spend'
                then {{ dbt.concat([
                    'peers', "' peers by '", 'peer_group',
                ]) }}
            else {{ method_in_words('potential_method') }}
        end as method,
        case
            when potential_method = 'peer_spend' or peer_spend is null then ''
            when annual_potential < peer_spend then {{ dbt.concat([
                "', less than the '", amount_in_words('peer_spend'),
                "' of its peers'",
            ]) }}
            when annual_potential > peer_spend then {{ dbt.concat([
                "', more than the '", amount_in_words('peer_spend'),
                "' of its peers'",
            ]) }}
            else ''
        end as beside_peers
    from potential
),

scored as (
    select
        in_words.*,
        scale.currency_code,
        case
            when in_words.annual_potential is not null
                then {{ points(log_points(
                    'in_words.annual_potential', 'scale.zero_at',
                    'scale.full_at'
                )) }}
        end as score
    from in_words
    cross join scale
),

with_reasons as (
    select
        account_id,
        score,
        case
            when annual_potential is null
                then 'annual potential unknown: no estimate, pipeline or peers'
            else {{ dbt.concat([
                "'annual potential of '", only_where_weak('score'),
                amount_in_words('annual_potential'),
                "' '", 'currency_code', "' ('", 'method', "')'", 'beside_peers',
            ]) }}
        end as reason
    from scored
)

select * from with_reasons
{%- endmacro %}
