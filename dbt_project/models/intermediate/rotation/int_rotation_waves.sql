{# Who is in stays in to the end and is not replaced on leaving; only accounts
   leased to 1:Many join a wave that runs, whose lease would be over before
   the next. #}
with

rotation as (
    select
        as_of_date,
        cast({{ policy_number('rotation.wave_days') }} as integer) as wave_days,
        {{ policy_number('rotation.wave_size') }} as wave_size,
        {{ policy_number('rotation.cool_down_days') }} as cool_down_days
    from {{ ref('stg_ops__build_context') }}
    where {{ policy_switch('rotation.enabled') }}
),

pool as (
    select * from {{ ref('int_rotation_pool') }}
),

running_members as (
    select before.account_id, before.wave_id, before.starts_on, before.ends_on
    from {{ ledger_before('stg_ops__wave_ledger') }} as before
    inner join rotation on before.ends_on > rotation.as_of_date
    where before.ended_on is null
),

running as (
    select wave_id, starts_on, ends_on from running_members
    group by wave_id, starts_on, ends_on
),

new_wave as (
    select
        {{ dbt.concat([
            "'wave-'", 'cast(as_of_date as ' ~ dbt.type_string() ~ ')',
        ]) }} as wave_id,
        as_of_date as starts_on,
        cast({{ dbt.dateadd('day', 'wave_days', 'as_of_date') }} as date)
            as ends_on,
        wave_size,
        cool_down_days
    from rotation
    where not exists (select 1 from running)
),

rested as (
    select pool.*
    from pool
    inner join new_wave
        on
            pool.last_served_on is null
            or {{ dbt.datediff(
                'pool.last_served_on', 'new_wave.starts_on', 'day'
            ) }} >= new_wave.cool_down_days
),

in_segments as (
    select
        *,
        row_number() over (
            partition by is_qualified, last_served_on, segment
            order by
                case when account_score is null then 1 else 0 end asc,
                account_score desc,
                account_id asc
        ) as place_in_segment,
        count(*) over (
            partition by is_qualified, last_served_on, segment
        ) as segment_accounts
    from rested
),

{# Each segment is spread evenly over those who waited as long, so that any
   number of them, taken from the start, holds every segment in proportion. #}
ordered as (
    select
        account_id,
        row_number() over (
            order by
                is_qualified desc,
                case when last_served_on is null then 0 else 1 end asc,
                last_served_on asc,
                (2 * place_in_segment - 1) * 1.0 / segment_accounts asc,
                segment asc,
                account_id asc
        ) as place
    from in_segments
),

waves as (
    select
        ordered.account_id,
        new_wave.wave_id,
        new_wave.starts_on,
        new_wave.ends_on
    from ordered
    inner join new_wave on ordered.place <= new_wave.wave_size
    union all
    select
        pool.account_id,
        running.wave_id,
        running.starts_on,
        running.ends_on
    from pool
    cross join running
    left join running_members on pool.account_id = running_members.account_id
    where running_members.account_id is not null or pool.is_leased
)

select * from waves
