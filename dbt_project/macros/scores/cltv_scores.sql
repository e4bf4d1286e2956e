{#
    Factor lifetime value: customers by their own history, prospects by what
    their peers spend. A customer's own renewals, won and lost, move the
    policy's retention as far as there are many of them.
#}
{% macro cltv_scores(potential, revenue, dates) -%}
with

potential as (
    select account_id, peer_spend from {{ potential }}
),

revenue as (
    select
        account_id,
        won_amount,
        won_amount_in_period,
        renewals_won,
        renewals_lost,
        first_won_date
    from {{ revenue }}
    where won_amount > 0
),

as_of as (
    select as_of_date from {{ dates }}
),

settings as materialized (
    select
        {{ policy_number('cltv.zero_at') }}
        * {{ policy_number('scale_factor') }} as zero_at,
        {{ policy_number('cltv.full_at') }}
        * {{ policy_number('scale_factor') }} as full_at,
        {{ policy_number('cltv.margin') }} as margin,
        {{ policy_number('cltv.horizon_years') }} as horizon_years,
        {{ policy_number('cltv.yearly_retention') }} as retention,
        {{ policy_number('cltv.retention_weight') }} as retention_weight,
        {{ policy_number('cltv.prospect_discount') }} as prospect_discount,
        {{ policy_text('currency') }} as currency_code
),

with_history as (
    select
        potential.account_id,
        potential.peer_spend,
        revenue.won_amount,
        revenue.won_amount_in_period,
        revenue.renewals_won,
        revenue.renewals_lost,
        {{ dbt.datediff(
            'revenue.first_won_date', 'as_of.as_of_date', 'month'
        ) }} as tenure_months,
        settings.*,
        (
            settings.retention * settings.retention_weight
            + coalesce(revenue.renewals_won, 0)
        ) / (
            settings.retention_weight
            + coalesce(revenue.renewals_won + revenue.renewals_lost, 0)
        ) as own_retention
    from potential
    cross join as_of
    cross join settings
    left join revenue on potential.account_id = revenue.account_id
),

with_years as (
    select
        *,
        case
            when own_retention = 1 then horizon_years
            else (1 - power(own_retention, horizon_years)) / (1 - own_retention)
        end as years
    from with_history
),

{# Tenure counts in whole months, a year at least: one large first order is
   not a yearly habit yet, and no value drifts from day to day. #}
valued as materialized (
    select
        *,
        {{ money(
            'years * margin * coalesce('
            ~ 'won_amount * 12 / greatest(tenure_months, 12), '
            ~ 'peer_spend * prospect_discount)'
        ) }} as lifetime_value
    from with_years
),

scored as (
    select
        *,
        case
            when lifetime_value is not null
                then {{ points(
                    log_points('lifetime_value', 'zero_at', 'full_at')
                ) }}
        end as score
    from valued
),

with_reasons as (
    select
        account_id,
        lifetime_value,
        score,
        case
            when won_amount > 0 then {{ dbt.concat([
                "'customer for '", 'tenure_months',
                "case when tenure_months = 1 then ' month' else ' months' end",
                "' with '",
                only_where_weak('score'), amount_in_words('won_amount'), "' '",
                'currency_code', "' won'",
                "case when renewals_won = 1 then ', 1 renewal'"
                ~ " when renewals_won > 1 then " ~ dbt.concat([
                    "', '", 'renewals_won', "' renewals'",
                ]) ~ " else '' end",
                "case when renewals_lost = 1 then ', 1 renewal lost'"
                ~ " when renewals_lost > 1 then " ~ dbt.concat([
                    "', '", 'renewals_lost', "' renewals lost'",
                ]) ~ " else '' end",
                "case when won_amount_in_period = 0"
                ~ " then ', nothing of late' else '' end",
            ]) }}
            when peer_spend > 0 then {{ dbt.concat([
                "'prospect whose peers spend '", only_where_weak('score'),
                amount_in_words('peer_spend'), "' '", 'currency_code',
                "' a year'",
            ]) }}
            else 'lifetime value unknown: no sales and no peers'
        end as reason
    from scored
)

select * from with_reasons
{%- endmacro %}
