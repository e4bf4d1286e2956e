with

build_context as (
    select release_id from {{ ref('stg_ops__build_context') }}
),

overrides as (
    select * from {{ ref('int_overrides') }}
    where fault is null and is_due
),

chosen as (
    select override_id from {{ ref('int_style_overrides') }}
),

joined as (
    select
        overrides.override_id,
        overrides.account_id,
        overrides.style,
        overrides.kind,
        overrides.author,
        overrides.reason,
        overrides.origin,
        overrides.source,
        overrides.record_id,
        cast(overrides.starts_on as date) as starts_on,
        cast(overrides.ends_on as date) as ends_on,
        chosen.override_id is not null as is_chosen,
        build_context.release_id
    from overrides
    cross join build_context
    left join chosen on overrides.override_id = chosen.override_id
)

select * from joined
