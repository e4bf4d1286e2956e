with

records as (
    select owner_id, record_key, owner_name, is_active
    from {{ ref('int_owner_records') }}
),

merged as (
    select
        owner_id,
        coalesce(
            max(case when record_key = owner_id then owner_name end),
            min(owner_name)
        ) as owner_name,
        max(case when is_active then 1 else 0 end) = 1 as is_active
    from records
    group by owner_id
)

select * from merged
