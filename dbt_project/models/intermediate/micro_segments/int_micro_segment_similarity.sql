{#
    Mean likeness of two accounts of a cluster, 0 to 1, and of two of as many accounts dealt by chance: the same accounts,
    shuffled by a hash, cut into pieces of the clusters' sizes. Likeness is the mean of four: same industry, same imperative,
    same country, and size of company, where ten times the employees is no likeness at all.
#}
with

members as (
    select account_id, micro_segment_id
    from {{ ref('int_micro_segment_members') }}
),

accounts as (
    select
        account_id, industry, imperative, country, employees
    from {{ ref('int_micro_segment_accounts') }}
),

placed as (
    select
        *,
        row_number() over (order by micro_segment_id, account_id) as place,
        row_number() over (
            order by {{ dbt.hash('account_id') }}, account_id
        ) as random_place
    from members
),

grouped as (
    select
        'cluster' as grouping_kind,
        micro_segment_id,
        account_id
    from placed
    union all
    select
        'random' as grouping_kind,
        pieces.micro_segment_id,
        shuffled.account_id
    from placed as pieces
    inner join placed as shuffled on pieces.place = shuffled.random_place
),

described as (
    select
        grouped.*,
        accounts.industry,
        accounts.imperative,
        accounts.country,
        log(10, cast(greatest(accounts.employees, 1) as decimal(18, 2)))
            as magnitude
    from grouped
    inner join accounts on grouped.account_id = accounts.account_id
),

pairs as (
    select
        one.grouping_kind,
        one.micro_segment_id,
        (
            case when one.industry = other.industry then 1 else 0 end
            + case when one.imperative = other.imperative then 1 else 0 end
            + case when one.country = other.country then 1 else 0 end
            + coalesce(
                1 - least(abs(one.magnitude - other.magnitude), 1), 0
            )
        ) / 4 as likeness
    from described as one
    inner join described as other
        on
            one.grouping_kind = other.grouping_kind
            and one.micro_segment_id = other.micro_segment_id
            and one.account_id < other.account_id
),

averaged as (
    select
        micro_segment_id,
        cast(avg(
            case when grouping_kind = 'cluster' then likeness end
        ) as decimal(6, 4)) as similarity,
        cast(avg(
            case when grouping_kind = 'random' then likeness end
        ) as decimal(6, 4)) as random_similarity
    from pairs
    group by micro_segment_id
)

select * from averaged
