with

concentration as (
    select * from {{ ref('int_revenue_concentration') }}
),

lists as (
    select * from {{ ref('int_owner_lists') }}
),

segments as (
    select * from {{ ref('int_industry_segments') }}
),

evidence as (
    select
        'large_account' as model,
        concentration.top_share as share,
        {{ benchmark('top_accounts_share') }} as threshold,
        {{ dbt.concat([
            "'The top '", "cast(" ~ benchmark('top_accounts') ~ " as integer)",
            "' of '", 'concentration.customers', "' customers bring '",
            percent('concentration.top_share'), "' of their revenue (Gini '",
            'cast(concentration.gini as decimal(4, 2))', "')'",
        ]) }} as evidence
    from concentration
    union all
    select
        'named_account' as model,
        {{ ratio('lists.owners_with_workable_list', 'lists.owners') }}
            as share,
        {{ benchmark('workable_lists_share') }} as threshold,
        {{ dbt.concat([
            'lists.owners_with_workable_list', "' of '", 'lists.owners',
            "' owners hold '",
            "cast(" ~ benchmark('accounts_per_owner_minimum') ~ " as integer)",
            "' to '",
            "cast(" ~ benchmark('accounts_per_owner_maximum') ~ " as integer)",
            "' accounts; the median list has '",
            'cast(lists.median_accounts as decimal(12, 1))',
        ]) }} as evidence
    from lists
    union all
    select
        'industry_segment' as model,
        {{ ratio('segments.revenue_of_small_segments', 'segments.revenue') }}
            as share,
        {{ benchmark('segment_share') }} as threshold,
        {{ dbt.concat([
            'segments.segments',
            "' industries; '",
            percent(ratio(
                'segments.revenue_of_small_segments', 'segments.revenue'
            )),
            "' of revenue is from those with up to '",
            "cast(" ~ benchmark('accounts_per_segment_maximum')
            ~ " as integer)",
            "' customers'",
        ]) }} as evidence
    from segments
    union all
    select
        'customer_marketing' as model,
        {{ ratio('segments.customers', 'segments.accounts') }} as share,
        {{ benchmark('customer_share_minimum') }} as threshold,
        {{ dbt.concat([
            'segments.customers', "' of '", 'segments.accounts',
            "' accounts are customers ('",
            percent(ratio('segments.customers', 'segments.accounts')), "')'",
        ]) }} as evidence
    from segments
)

select * from evidence
