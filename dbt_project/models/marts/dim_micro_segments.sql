with

segments as (
    select * from {{ ref('int_micro_segments') }}
),

similarity as (
    select * from {{ ref('int_micro_segment_similarity') }}
),

with_imperatives as (
    select
        segments.micro_segment_id,
        segments.name,
        segments.shared_traits,
        case
            when segments.imperative is not null then 'shared'
            else 'derived'
        end as imperative_origin,
        case
            when segments.imperative is not null then segments.imperative
            when segments.customers = 0 then {{ dbt.concat([
                "'Win a first customer in '", 'segments.industry',
            ]) }}
            when segments.customers = segments.accounts then {{ dbt.concat([
                "'Grow with the customers in '", 'segments.industry',
            ]) }}
            else {{ dbt.concat([
                "'Win in '", 'segments.industry',
                "' with its customers as references: '", 'segments.customers',
                "' of '", 'segments.accounts',
            ]) }}
        end as imperative,
        segments.accounts,
        segments.guests,
        segments.customers,
        segments.owner_id,
        segments.marketer,
        segments.unowned_reason,
        similarity.similarity,
        similarity.random_similarity,
        segments.started_on
    from segments
    left join similarity
        on segments.micro_segment_id = similarity.micro_segment_id
)

select * from with_imperatives
