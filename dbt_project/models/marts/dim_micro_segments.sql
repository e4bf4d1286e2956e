with

segments as (
    select * from {{ ref('int_micro_segments') }}
),

with_imperatives as (
    select
        micro_segment_id,
        name,
        case
            when customers = 0 then {{ dbt.concat([
                "'Win a first customer in '", 'industry_name',
            ]) }}
            when customers = accounts then {{ dbt.concat([
                "'Grow with the customers in '", 'industry_name',
            ]) }}
            else {{ dbt.concat([
                "'Win in '", 'industry_name',
                "' with its customers as references: '", 'customers',
                "' of '", 'accounts',
            ]) }}
        end as imperative,
        accounts,
        owner_id
    from segments
)

select * from with_imperatives
