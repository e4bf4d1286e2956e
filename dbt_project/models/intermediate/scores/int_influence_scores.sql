with

accounts as (
    select account_id, parent_account_id, ultimate_parent_id, employees
    from {{ ref('int_accounts') }}
),

peers as (
    select account_id, industry_key from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, first_won_date
    from {{ ref('int_account_revenue') }}
    where won_deals > 0
),

heads_of_groups as (
    select distinct ultimate_parent_id as account_id
    from accounts
    where ultimate_parent_id <> account_id
),

in_points as (
    select
        {{ policy_number('influence.size_points') }} as size_points,
        {{ policy_number('influence.group_points') }} as group_points,
        {{ policy_number('influence.customer_points') }} as customer_points
),

sized as (
    select
        accounts.account_id,
        peers.industry_key,
        accounts.employees,
        percent_rank() over (
            partition by
                peers.industry_key,
                case when accounts.employees is null then 0 else 1 end
            order by accounts.employees
        ) as rank_share,
        count(accounts.employees) over (
            partition by peers.industry_key
        ) as accounts_in_industry
    from accounts
    left join peers on accounts.account_id = peers.account_id
),

{# The only account of its industry is neither large nor small in it. #}
with_size as (
    select
        account_id,
        case
            when employees is null then null
            when accounts_in_industry = 1 then 0.5
            else rank_share
        end as size_share
    from sized
),

with_signals as (
    select
        with_size.account_id,
        with_size.size_share,
        heads_of_groups.account_id is not null as heads_group,
        revenue.account_id is not null as is_customer,
        revenue.first_won_date
    from with_size
    left join heads_of_groups
        on with_size.account_id = heads_of_groups.account_id
    left join revenue on with_size.account_id = revenue.account_id
),

scored as (
    select
        with_signals.account_id,
        case
            when
                with_signals.size_share is not null
                or with_signals.heads_group
                or with_signals.is_customer
                then {{ points(
                    'in_points.size_points'
                    ~ ' * coalesce(with_signals.size_share, 0)'
                    ~ ' + case when with_signals.heads_group'
                    ~ ' then in_points.group_points else 0 end'
                    ~ ' + case when with_signals.is_customer'
                    ~ ' then in_points.customer_points else 0 end'
                ) }}
        end as score,
        {{ dbt.concat([
            "case when with_signals.size_share is null then 'size unknown'"
            ~ " when with_signals.size_share = 1 then"
            ~ " 'the largest of its industry' else " ~ dbt.concat([
                "'larger than '",
                "cast(round(cast(100 * with_signals.size_share"
                ~ " as decimal(9, 2)), 0) as integer)",
                "' % of its industry'",
            ]) ~ " end",
            "case when with_signals.heads_group"
            ~ " then ', heads a group of companies' else '' end",
            "case when with_signals.is_customer"
            ~ " then ', a customer who can be a reference' else '' end",
        ]) }} as reason
    from with_signals
    cross join in_points
)

select * from scored
