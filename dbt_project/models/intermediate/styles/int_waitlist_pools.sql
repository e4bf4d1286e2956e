{# The order in which accounts would take further seats of a style that is
   waited for. Overrides that wait are admitted first and leave the pool. #}
with

waited_for as (
    select distinct style from {{ ref('int_style_waitlist') }}
),

overrides as (
    select account_id, style, is_admitted
    from {{ ref('int_admitted_overrides') }}
    where is_within_kind
),

counted as (
    select
        style,
        count(*) as overrides
    from overrides
    group by style
),

competing as (
    select
        proposals.account_id,
        proposals.style,
        proposals.is_customer,
        proposals.ranking_score,
        proposals.annual_potential
    from {{ ref('int_style_proposals') }} as proposals
    inner join waited_for on proposals.style = waited_for.style
    left join overrides
        on
            proposals.account_id = overrides.account_id
            and proposals.style = overrides.style
    where not proposals.is_passed_over and overrides.account_id is null
),

ordered as (
    select
        account_id,
        style,
        is_customer,
        row_number() over (
            partition by style
            order by {{ best_first() }}
        ) as nth,
        sum(case when is_customer then 0 else 1 end) over (
            partition by style
            order by {{ best_first() }}
            rows between unbounded preceding and current row
        ) as nth_prospect,
        sum(case when is_customer then 0 else 1 end) over (
            partition by style
        ) as prospects
    from competing
),

pools as (
    select
        ordered.*,
        coalesce(counted.overrides, 0) as overrides
    from ordered
    left join counted on ordered.style = counted.style
)

select * from pools
