{# What is known of today only: nobody recorded on which day a role, a value or
   a reference became known, so no earlier month can be told. #}
with

this_month as (
    select max(month_start) as month_start from {{ ref('int_metric_months') }}
),

styles as (
    select account_id, effective_style as style
    from {{ ref('int_account_styles') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

lifetime_values as (
    select account_id, lifetime_value from {{ ref('int_cltv_scores') }}
),

buying_roles as (
    select account_id, buying_roles from {{ ref('int_account_buying_roles') }}
),

recorded as (
    select
        count(*) as accounts_with_roles,
        {{ benchmark('buying_roles_known') }} as roles_needed
    from buying_roles
),

reference_customers as (
    select account_id from {{ ref('int_reference_customers') }}
),

per_style as (
    select
        styles.style,
        count(*) as accounts,
        sum(coalesce(buying_roles.buying_roles, 0)) as buying_roles,
        sum(
            case
                when buying_roles.buying_roles >= recorded.roles_needed then 1
                else 0
            end
        ) as accounts_covered,
        max(recorded.accounts_with_roles) as accounts_with_roles,
        count(reference_customers.account_id) as reference_customers,
        percentile_cont(0.5) within group (
            order by case
                when revenue.won_deals > 0 then lifetime_values.lifetime_value
            end
        ) as customer_lifetime_value,
        percentile_cont(0.5) within group (
            order by case
                when coalesce(revenue.won_deals, 0) = 0
                    then lifetime_values.lifetime_value
            end
        ) as prospect_lifetime_value
    from styles
    cross join recorded
    left join revenue on styles.account_id = revenue.account_id
    left join lifetime_values
        on styles.account_id = lifetime_values.account_id
    left join buying_roles on styles.account_id = buying_roles.account_id
    left join reference_customers
        on styles.account_id = reference_customers.account_id
    group by styles.style
),

with_ratios as (
    select
        per_style.style,
        this_month.month_start,
        per_style.reference_customers,
        per_style.customer_lifetime_value,
        per_style.prospect_lifetime_value,
        {# No role recorded anywhere means not known, not uncovered. #}
        case
            when per_style.accounts_with_roles > 0
                then {{ ratio('per_style.buying_roles', 'per_style.accounts') }}
        end as buying_roles_per_account,
        case
            when per_style.accounts_with_roles > 0
                then
                    {{ ratio(
                        'per_style.accounts_covered', 'per_style.accounts'
                    ) }}
        end as buying_role_coverage
    from per_style
    cross join this_month
)

select * from with_ratios
