{# Third round: who found no room starts a cluster, or splits a full one. An id
   is given once: the number goes on where the ledger stopped. #}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

settled as (
    select * from {{ ref('int_micro_segment_merges') }}
),

sizes as (
    select
        {{ policy_number('micro_segments.minimum_accounts') }} as minimum,
        cast(
            {{ policy_number('micro_segments.maximum_accounts') }}
            as decimal(9, 2)
        ) as maximum
),

members as (
    select
        settled.account_id,
        settled.micro_segment_id,
        settled.industry,
        settled.imperative,
        accounts.employees,
        case
            when settled.micro_segment_id = accounts.last_micro_segment_id
                then accounts.held_since
        end as held_since
    from settled
    inner join accounts on settled.account_id = accounts.account_id
),

full_clusters as (
    select micro_segment_id, industry, imperative
    from settled
    group by micro_segment_id, industry, imperative
    having
        count(*) >= (select sizes.maximum from sizes)
        and sum(case when is_guest then 1 else 0 end) = 0
),

free as (
    select accounts.*
    from accounts
    left join settled on accounts.account_id = settled.account_id
    where settled.account_id is null
),

{{ formed_micro_segments('free', 'members', 'full_clusters') }},

slugged as (
    select
        *,
        {{ micro_segment_slug('industry', 'imperative') }} as traits_slug
    from formed
),

used as (
    select
        {{ micro_segment_slug('ledger.industry', 'ledger.imperative') }}
            as traits_slug,
        max(ledger.micro_segment_number) as micro_segment_number
    from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
    group by {{ micro_segment_slug('ledger.industry', 'ledger.imperative') }}
),

numbered as (
    select
        slugged.*,
        coalesce(used.micro_segment_number, 0) + dense_rank() over (
            partition by slugged.traits_slug
            order by
                slugged.industry asc nulls last,
                slugged.imperative asc nulls last,
                slugged.part asc
        ) as micro_segment_number
    from slugged
    left join used on slugged.traits_slug = used.traits_slug
),

named as (
    select
        account_id,
        {{ dbt.concat([
            'traits_slug', "'-'", 'micro_segment_number',
        ]) }} as micro_segment_id,
        industry,
        imperative,
        cast(micro_segment_number as integer) as micro_segment_number
    from numbered
)

select * from named
