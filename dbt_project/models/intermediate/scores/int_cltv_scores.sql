with

potential as (
    select account_id, peer_spend from {{ ref('int_account_potential') }}
),

revenue as (
    select account_id, won_amount, first_won_date
    from {{ ref('int_account_revenue') }}
    where won_amount > 0
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

settings as (
    select
        {{ policy_number('cltv.zero_at') }}
        * {{ policy_number('scale_factor') }} as zero_at,
        {{ policy_number('cltv.full_at') }}
        * {{ policy_number('scale_factor') }} as full_at,
        {{ policy_number('cltv.margin') }} as margin,
        {{ policy_number('cltv.horizon_years') }} as horizon_years,
        {{ policy_number('cltv.yearly_retention') }} as retention,
        {{ policy_number('cltv.prospect_discount') }} as prospect_discount,
        {{ policy_text('currency') }} as currency_code
),

expected_years as (
    select
        *,
        case
            when retention = 1 then horizon_years
            else (1 - power(retention, horizon_years)) / (1 - retention)
        end as years
    from settings
),

with_tenure as (
    select
        potential.account_id,
        potential.peer_spend,
        revenue.won_amount,
        {{ dbt.datediff(
            'revenue.first_won_date', 'build_context.as_of_date', 'month'
        ) }} as tenure_months
    from potential
    cross join build_context
    left join revenue on potential.account_id = revenue.account_id
),

{# Tenure counts in whole months, a year at least: one large first order is
   not a yearly habit yet, and no value drifts from day to day. #}
valued as (
    select
        with_tenure.*,
        expected_years.zero_at,
        expected_years.full_at,
        expected_years.currency_code,
        {{ money(
            'expected_years.years * expected_years.margin * coalesce('
            ~ 'with_tenure.won_amount * 12'
            ~ ' / greatest(with_tenure.tenure_months, 12), '
            ~ 'with_tenure.peer_spend * expected_years.prospect_discount)'
        ) }} as lifetime_value
    from with_tenure
    cross join expected_years
),

scored as (
    select
        account_id,
        lifetime_value,
        case
            when lifetime_value is not null
                then {{ points(
                    log_points('lifetime_value', 'zero_at', 'full_at')
                ) }}
        end as score,
        case
            when won_amount > 0 then {{ dbt.concat([
                "'customer for '", 'tenure_months',
                "case when tenure_months = 1 then ' month' else ' months' end",
                "' with '", amount_in_words('won_amount'), "' '",
                'currency_code', "' won'",
            ]) }}
            when peer_spend > 0 then {{ dbt.concat([
                "'prospect whose peers spend '",
                amount_in_words('peer_spend'), "' '", 'currency_code',
                "' a year'",
            ]) }}
            else 'lifetime value unknown: no sales and no peers'
        end as reason
    from valued
)

select * from scored
