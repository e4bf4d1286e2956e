{# Second round: a cluster that is still too small is given up, and its
   accounts join another of the same traits, finest first. #}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

joins as (
    select * from {{ ref('int_micro_segment_joins') }}
),

sizes as (
    select
        {{ policy_number('micro_segments.minimum_accounts') }} as minimum,
        {{ policy_number('micro_segments.maximum_accounts') }} as maximum
),

clusters as (
    select
        joins.micro_segment_id,
        joins.industry,
        joins.imperative,
        count(*) as accounts
    from joins
    group by joins.micro_segment_id, joins.industry, joins.imperative
    having count(*) >= (select sizes.minimum from sizes)
),

stayed as (
    select
        joins.account_id,
        joins.micro_segment_id
    from joins
    inner join clusters on joins.micro_segment_id = clusters.micro_segment_id
),

free as (
    select accounts.*
    from accounts
    left join stayed on accounts.account_id = stayed.account_id
    where stayed.account_id is null
),

{{ joined_micro_segments('free', 'clusters') }},

placed as (
    select
        members.account_id,
        members.micro_segment_id,
        clusters.industry,
        clusters.imperative
    from (
        select account_id, micro_segment_id from stayed
        union all
        select account_id, micro_segment_id from joined
    ) as members
    inner join clusters on members.micro_segment_id = clusters.micro_segment_id
)

select * from placed
