with

forecasts as (
    select * from {{ source('sending', 'audience_forecasts') }}
),

placed as (
    select
        *,
        row_number() over (
            partition by destination, audience
            order by planned_at desc, run_id desc
        ) as place
    from forecasts
),

told as (
    select
        run_id,
        destination,
        audience,
        style,
        members,
        clusters,
        people_per_member,
        learned_from as learned_from_members,
        expected_size,
        minimum as platform_minimum,
        decision,
        reason,
        planned_at,
        place = 1 as is_newest
    from placed
)

select * from told
