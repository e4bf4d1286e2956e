with

waves as (
    select account_id, wave_id, starts_on, ends_on
    from {{ ref('int_rotation_waves') }}
),

pool as (
    select account_id, segment, is_leased from {{ ref('int_rotation_pool') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

described as (
    select
        waves.account_id,
        waves.wave_id,
        waves.starts_on,
        waves.ends_on,
        pool.segment,
        pool.is_leased,
        build_context.as_of_date
    from waves
    cross join build_context
    inner join pool on waves.account_id = pool.account_id
)

select * from described
