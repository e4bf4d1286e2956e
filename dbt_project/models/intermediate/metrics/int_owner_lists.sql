with

accounts as (
    select account_id, owner_id from {{ ref('int_accounts') }}
),

lists as (
    select owner_id, count(*) as accounts
    from accounts
    where owner_id is not null
    group by owner_id
),

summed as (
    select
        count(*) as owners,
        sum(accounts) as accounts_with_owner,
        sum(
            case
                when
                    accounts >= {{ benchmark('accounts_per_owner_minimum') }}
                    and accounts
                    <= {{ benchmark('accounts_per_owner_maximum') }}
                    then 1
                else 0
            end
        ) as owners_with_workable_list,
        percentile_cont(0.5) within group (order by accounts)
            as median_accounts
    from lists
)

select * from summed
