{# Of several for one account the latest beginning wins, then the kind that
   ends sooner, then the id. #}
with

in_force as (
    select
        override_id,
        account_id,
        style,
        kind,
        author,
        reason,
        origin,
        starts_on,
        ends_on
    from {{ ref('int_overrides') }}
    where fault is null and is_due
),

placed as (
    select
        *,
        row_number() over (
            partition by account_id
            order by
                starts_on desc,
                case kind
                    when 'manual_seat' then 1
                    when 'until' then 2
                    when 'until_recalculated' then 3
                    else 4
                end asc,
                override_id asc
        ) as place
    from in_force
),

chosen as (
    select
        override_id,
        account_id,
        style,
        kind,
        author,
        reason,
        origin,
        starts_on,
        ends_on
    from placed
    where place = 1
)

select * from chosen
