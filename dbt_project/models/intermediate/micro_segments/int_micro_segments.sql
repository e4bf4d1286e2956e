with

members as (
    select * from {{ ref('int_micro_segment_members') }}
),

accounts as (
    select account_id, owner_id from {{ ref('int_accounts') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

marketers as (
    select * from {{ ref('int_micro_segment_marketers') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

with_details as (
    select
        members.*,
        accounts.owner_id,
        coalesce(revenue.won_deals > 0, false) as is_customer
    from members
    inner join accounts on members.account_id = accounts.account_id
    left join revenue on members.account_id = revenue.account_id
),

owner_counts as (
    select
        micro_segment_id,
        owner_id,
        row_number() over (
            partition by micro_segment_id
            order by count(*) desc, owner_id asc
        ) as place
    from with_details
    where owner_id is not null
    group by micro_segment_id, owner_id
),

summed as (
    select
        micro_segment_id,
        industry,
        imperative,
        micro_segment_number,
        count(*) as accounts,
        sum(case when is_customer then 1 else 0 end) as customers,
        sum(case when placement = 'nearest' then 1 else 0 end) as guests,
        min(held_since) as held_since
    from with_details
    group by micro_segment_id, industry, imperative, micro_segment_number
),

described as (
    select
        summed.micro_segment_id,
        {{ micro_segment_name('summed') }} as name,
        {{ shared_traits('summed.industry', 'summed.imperative') }}
            as shared_traits,
        summed.industry,
        summed.imperative,
        owner_counts.owner_id,
        marketers.marketer,
        case
            when marketers.marketer is null
                then 'Every marketer runs as many clusters as they can'
        end as unowned_reason,
        summed.accounts,
        summed.customers,
        summed.guests,
        coalesce(summed.held_since, build_context.as_of_date) as started_on
    from summed
    cross join build_context
    inner join marketers
        on summed.micro_segment_id = marketers.micro_segment_id
    left join owner_counts
        on
            summed.micro_segment_id = owner_counts.micro_segment_id
            and owner_counts.place = 1
)

select * from described
