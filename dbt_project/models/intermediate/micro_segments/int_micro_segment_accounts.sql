{# A member keeps its cluster while it is 1:Few and has the cluster's traits;
   where the policy allows fewer than there are, those longest in it do. #}
with

accounts as (
    select
        account_id,
        employees,
        nullif({{ matching_text('industry') }}, '') as industry,
        nullif({{ matching_text('imperative') }}, '') as imperative,
        nullif({{ matching_text('country') }}, '') as country
    from {{ ref('int_accounts') }}
),

few as (
    select account_id from {{ ref('int_account_styles') }}
    where effective_style = 'one_to_few'
),

ledger as (
    select * from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
),

first_days as (
    select
        account_id,
        micro_segment_id,
        min(valid_from) as held_since
    from ledger
    group by account_id, micro_segment_id
),

held as (
    select
        ledger.account_id,
        ledger.micro_segment_id,
        ledger.industry,
        ledger.imperative,
        first_days.held_since
    from ledger
    inner join first_days
        on
            ledger.account_id = first_days.account_id
            and ledger.micro_segment_id = first_days.micro_segment_id
    where ledger.ended_on is null
),

matched as (
    select
        accounts.account_id,
        accounts.industry,
        accounts.imperative,
        accounts.country,
        accounts.employees,
        held.micro_segment_id as last_micro_segment_id,
        held.industry as cluster_industry,
        held.imperative as cluster_imperative,
        held.held_since,
        coalesce(
            (held.industry is null or held.industry = accounts.industry)
            and (
                held.imperative is null
                or held.imperative = accounts.imperative
            )
            and held.micro_segment_id is not null, false
        ) as has_its_traits
    from accounts
    inner join few on accounts.account_id = few.account_id
    left join held on accounts.account_id = held.account_id
),

placed as (
    select
        *,
        row_number() over (
            partition by last_micro_segment_id, has_its_traits
            order by
                held_since asc nulls last,
                employees desc nulls last,
                account_id asc
        ) as place
    from matched
),

kept as (
    select
        account_id,
        industry,
        imperative,
        country,
        last_micro_segment_id,
        cluster_industry,
        cluster_imperative,
        employees,
        has_its_traits
        and place <= {{ policy_number('micro_segments.maximum_accounts') }}
            as is_kept,
        held_since
    from placed
)

select * from kept
