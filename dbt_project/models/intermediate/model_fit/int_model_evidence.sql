{# Per model: the share it is judged by, the share from which it fits, what
   rules it out or calls for it whatever the share, and the figures in words. #}
{% set top_accounts = "cast(" ~ benchmark('top_accounts') ~ " as integer)" %}
{% set shortest = "cast(" ~ benchmark('accounts_per_owner_minimum')
    ~ " as integer)" %}
{% set longest = "cast(" ~ benchmark('accounts_per_owner_maximum')
    ~ " as integer)" %}
{% set largest = "cast(" ~ benchmark('accounts_per_segment_maximum')
    ~ " as integer)" %}

with

concentration as (
    select * from {{ ref('int_revenue_concentration') }}
),

lists as (
    select * from {{ ref('int_owner_lists') }}
),

outside as (
    select * from {{ ref('int_pipeline_outside_lists') }}
),

segments as (
    select * from {{ ref('int_segment_concentration') }}
),

customer_base as (
    select * from {{ ref('int_customer_base') }}
),

shape as (
    select * from {{ ref('int_sales_shape') }}
),

evidence as (
    select
        'abm' as model,
        case
            when won_deals > 0 then {{ ratio(
                '(case when has_long_cycles then 1 else 0 end'
                ~ ' + case when has_large_deals then 1 else 0 end'
                ~ ' + case when has_too_big_to_lose then 1 else 0 end)', '3'
            ) }}
        end as share,
        {{ benchmark('abm_signs_share') }} as threshold,
        false as is_ruled_out,
        false as is_called_for,
        {{ dbt.concat([
            "'A sale takes '", "cast(round(median_cycle) as integer)",
            "' days and brings '", amount_in_words('median_deal'),
            "' (medians); customers too big to lose: '", 'too_big_to_lose',
            "'; accounts with ABM in the narrow sense (1:One): '",
            'narrow_sense',
        ]) }} as evidence
    from shape
    union all
    select
        'large_account' as model,
        least(top_share, coalesce(growth_share, top_share)) as share,
        {{ benchmark('top_accounts_share') }} as threshold,
        false as is_ruled_out,
        false as is_called_for,
        {{ dbt.concat([
            "'The top '", top_accounts, "' of '", 'customers',
            "' customers bring '", percent('top_share'),
            "' of a year''s revenue (Gini '",
            'cast(gini as decimal(4, 2))', "')'",
            "case when growth_share is null then ', none of them grew' else "
            ~ dbt.concat([
                "' and '", percent('growth_share'), "' of its growth'",
            ]) ~ " end",
            "'; '", 'large_without_plan', "' of '", 'large_accounts',
            "' large accounts have no 1:One plan or no owner'",
        ]) }} as evidence
    from concentration
    union all
    select
        'named_account' as model,
        {{ ratio('lists.owners_with_workable_list', 'lists.owners') }}
            as share,
        {{ benchmark('workable_lists_share') }} as threshold,
        coalesce(
            outside.outside_share
            > {{ benchmark('pipeline_outside_lists_maximum') }}, false
        ) as is_ruled_out,
        false as is_called_for,
        {{ dbt.concat([
            'lists.owners_with_workable_list', "' of '", 'lists.owners',
            "' owners hold '", shortest, "' to '", longest,
            "' accounts ('", 'lists.owners_with_short_list', "' fewer, '",
            'lists.owners_with_long_list', "' more); the median list has '",
            'cast(lists.median_accounts as decimal(12, 1))',
            "case when outside.outside_share is null then"
            ~ " '; no new pipeline' else " ~ dbt.concat([
                "'; '", percent('outside.outside_share'),
                "' of new pipeline is from outside the lists'",
            ]) ~ " end",
        ]) }} as evidence
    from lists
    cross join outside
    union all
    select
        'industry_segment' as model,
        well_defined_share as share,
        {{ benchmark('segment_share') }} as threshold,
        false as is_ruled_out,
        coalesce(new_markets > 0, false) as is_called_for,
        {{ dbt.concat([
            'segments', "' industries of '",
            'cast(median_accounts as decimal(12, 1))',
            "' accounts (median); those with up to '", largest,
            "' are '", 'well_defined_segments', "' and bring '", percent('well_defined_share'),
            "' of a year''s revenue, the largest industry '",
            percent('largest_share'), "'; new markets: '", 'new_markets',
        ]) }} as evidence
    from segments
    union all
    select
        'customer_marketing' as model,
        {{ ratio('customers', 'accounts') }} as share,
        {{ benchmark('customer_share_minimum') }} as threshold,
        false as is_ruled_out,
        false as is_called_for,
        {{ dbt.concat([
            'customers', "' of '", 'accounts', "' accounts are customers ('",
            percent(ratio('customers', 'accounts')), "'); in a year '",
            'renewals_won', "' of '", 'renewals_due',
            "' renewals were won, '", percent('coalesce(expansion_share, 0)'),
            "' of revenue was expansion; references: '", 'reference_customers',
        ]) }} as evidence
    from customer_base
)

select * from evidence
