with

potential as (
    select account_id, annual_potential, potential_method
    from {{ ref('int_account_potential') }}
),

scale as (
    select
        {{ policy_number('revenue_potential.zero_at') }}
        * {{ policy_number('scale_factor') }} as zero_at,
        {{ policy_number('revenue_potential.full_at') }}
        * {{ policy_number('scale_factor') }} as full_at,
        {{ policy_text('currency') }} as currency_code
),

scored as (
    select
        potential.account_id,
        case
            when potential.annual_potential is not null
                then {{ points(log_points(
                    'potential.annual_potential', 'scale.zero_at',
                    'scale.full_at'
                )) }}
        end as score,
        case
            when potential.annual_potential is null
                then 'annual potential unknown: no estimate, pipeline or peers'
            else {{ dbt.concat([
                "'annual potential of '",
                amount_in_words('potential.annual_potential'),
                "' '", 'scale.currency_code', "' ('",
                method_in_words('potential.potential_method'), "')'",
            ]) }}
        end as reason
    from potential
    cross join scale
)

select * from scored
