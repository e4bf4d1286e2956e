{# First round: of the clusters of one kind that fell under the minimum, the
   largest stays and takes in the others, before any that is large enough. #}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

sizes as (
    select
        {{ policy_number('micro_segments.minimum_accounts') }} as minimum,
        {{ policy_number('micro_segments.maximum_accounts') }} as maximum
),

kept as (
    select
        last_micro_segment_id as micro_segment_id,
        cluster_industry as industry,
        cluster_imperative as imperative,
        count(*) as accounts
    from accounts
    where is_kept
    group by last_micro_segment_id, cluster_industry, cluster_imperative
),

ranked as (
    select
        kept.*,
        kept.accounts >= sizes.minimum as is_large_enough,
        row_number() over (
            partition by
                kept.industry,
                kept.imperative,
                kept.accounts >= sizes.minimum
            order by kept.accounts desc, kept.micro_segment_id asc
        ) as place
    from kept
    cross join sizes
),

clusters as (
    select micro_segment_id, industry, imperative, accounts
    from ranked
    where is_large_enough or place = 1
),

stayed as (
    select
        accounts.account_id,
        clusters.micro_segment_id
    from accounts
    inner join clusters
        on accounts.last_micro_segment_id = clusters.micro_segment_id
    where accounts.is_kept
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
