with

lists as (
    select
        owner_id,
        list_length,
        count(*) as accounts
    from {{ ref('int_listed_accounts') }}
    group by owner_id, list_length
),

summed as (
    select
        count(*) as owners,
        sum(accounts) as accounts_with_owner,
        sum(case when list_length = 'workable' then 1 else 0 end)
            as owners_with_workable_list,
        sum(case when list_length = 'too_short' then 1 else 0 end)
            as owners_with_short_list,
        sum(case when list_length = 'too_long' then 1 else 0 end)
            as owners_with_long_list,
        percentile_cont(0.5) within group (order by accounts)
            as median_accounts
    from lists
)

select * from summed
