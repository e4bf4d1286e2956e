with

unioned as (
    select
        'salesforce' as source,
        1 as source_rank,
        user_id as record_id,
        user_name as owner_name,
        email,
        is_active
    from {{ ref('stg_salesforce__users') }}
    union all
    select
        'hubspot' as source,
        2 as source_rank,
        owner_id as record_id,
        owner_name,
        email,
        is_active
    from {{ ref('stg_hubspot__owners') }}
    union all
    select
        'files' as source,
        3 as source_rank,
        owner_id as record_id,
        owner_name,
        null as email,
        true as is_active
    from {{ ref('stg_files__owners') }}
),

keyed as (
    select
        source,
        record_id,
        owner_name,
        is_active,
        source_rank,
        {{ dbt.concat(['source', "':'", 'record_id']) }} as record_key,
        coalesce(email, {{ dbt.concat(['source', "':'", 'record_id']) }})
            as match_key
    from unioned
),

matched as (
    select
        source,
        record_id,
        record_key,
        owner_name,
        is_active,
        first_value(record_key) over (
            partition by match_key order by source_rank, record_id
        ) as owner_id
    from keyed
)

select * from matched
