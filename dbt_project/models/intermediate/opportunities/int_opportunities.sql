with

opportunities as (
    select * from {{ ref('int_opportunities_unioned') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

owners as (
    select record_key, owner_id from {{ ref('int_owner_records') }}
),

stage_groups as (
    select source, stage, stage_group from {{ ref('stage_groups') }}
),

opportunity_types as (
    select type_as_written, type from {{ ref('opportunity_types') }}
),

currencies as (
    select currency_code, rate from {{ ref('stg_ops__policy_currencies') }}
),

policy as (
    select {{ policy_text('currency') }} as currency_code
),

{# The platform's own marks go first; a file without is read by its stage. #}
closed as (
    select
        opportunities.*,
        stage_groups.stage_group as mapped_group,
        coalesce(
            opportunities.is_won, stage_groups.stage_group = 'won', false
        ) as is_won_opportunity,
        coalesce(
            opportunities.is_closed,
            stage_groups.stage_group in ('won', 'lost'),
            false
        ) as is_closed_opportunity
    from opportunities
    left join stage_groups
        on
            opportunities.source = stage_groups.source
            and lower(opportunities.stage) = stage_groups.stage
),

converted as (
    select
        closed.opportunity_id,
        account_records.account_id,
        coalesce(owners.owner_id, closed.owner_record_key) as owner_id,
        closed.source,
        closed.stage,
        case
            when closed.is_won_opportunity then 'won'
            when closed.is_closed_opportunity then 'lost'
            when closed.mapped_group in ('early', 'middle', 'late')
                then closed.mapped_group
            else 'early'
        end as stage_group,
        opportunity_types.type,
        closed.product,
        closed.amount * currencies.rate as amount,
        closed.is_won_opportunity as is_won,
        closed.is_won_opportunity or closed.is_closed_opportunity as is_closed,
        closed.created_date,
        case
            when closed.is_won_opportunity or closed.is_closed_opportunity
                then closed.close_date
        end as closed_date,
        closed.close_date as expected_close_date
    from closed
    cross join policy
    left join account_records
        on closed.account_record_key = account_records.record_key
    left join owners on closed.owner_record_key = owners.record_key
    left join opportunity_types
        on lower(closed.type) = opportunity_types.type_as_written
    left join currencies
        on
            coalesce(closed.currency_code, policy.currency_code)
            = currencies.currency_code
)

select * from converted
