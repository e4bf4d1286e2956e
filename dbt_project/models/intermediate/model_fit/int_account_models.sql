{# Which models speak for which account; one account may carry several. #}
with

large as (
    select * from {{ ref('int_large_accounts') }}
),

listed as (
    select account_id, list_accounts from {{ ref('int_listed_accounts') }}
    where list_length = 'workable'
),

segments as (
    select * from {{ ref('int_market_segments') }}
    where is_well_defined or is_new_market
),

peers as (
    select account_id, industry_key from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, won_deals, first_won_date, renewals_won
    from {{ ref('int_account_revenue') }}
    where won_deals > 0
),

reference_customers as (
    select account_id from {{ ref('int_reference_customers') }}
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

tagged as (
    select
        account_id,
        'large_account' as model,
        {{ dbt.concat([
            "case when is_too_big_to_lose then 'Too big to lose'"
            ~ " when is_top_by_revenue then "
            ~ dbt.concat(["'Number '", 'revenue_rank', "' by revenue'"])
            ~ " when is_top_by_growth then "
            ~ dbt.concat(["'Number '", 'growth_rank', "' by growth'"])
            ~ " else 'Potential of the highest band' end",
            "case when has_plan then '; has a 1:One plan and an owner'"
            ~ " when has_seat then '; nobody owns it'"
            ~ " when has_owner then '; no 1:One plan'"
            ~ " else '; no 1:One plan and no owner' end",
        ]) }} as evidence
    from large
    union all
    select
        account_id,
        'named_account' as model,
        {{ dbt.concat(["'On a list of '", 'list_accounts', "' accounts'"]) }}
            as evidence
    from listed
    union all
    select
        peers.account_id,
        'industry_segment' as model,
        {{ dbt.concat([
            "'In '", 'segments.segment', "': '", 'segments.accounts',
            "' accounts, '", 'segments.customers', "' customers'",
            "case when segments.is_new_market then '; a new market' else '' end",
        ]) }} as evidence
    from peers
    inner join segments on peers.industry_key = segments.segment
    union all
    select
        revenue.account_id,
        'customer_marketing' as model,
        {{ dbt.concat([
            "'Customer since '", 'cast(revenue.first_won_date as '
            ~ dbt.type_string() ~ ')',
            "case when revenue.renewals_won > 0 then " ~ dbt.concat([
                "'; renewals won: '", 'revenue.renewals_won',
            ]) ~ " else '' end",
            "case when reference_customers.account_id is not null"
            ~ " then '; a reference' else '' end",
        ]) }} as evidence
    from revenue
    left join reference_customers
        on revenue.account_id = reference_customers.account_id
    union all
    select
        account_id,
        'abm_narrow_sense' as model,
        'Treated 1:One, which alone is ABM in the narrow sense' as evidence
    from styles
    where effective_style = 'one_to_one'
)

select * from tagged
