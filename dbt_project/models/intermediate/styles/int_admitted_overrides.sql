{# Who comes first is admitted first; manual seats have a limit of their own,
   and whoever is above it takes no seat from the others. #}
with

overrides as (
    select
        overrides.override_id,
        overrides.account_id,
        overrides.style,
        overrides.kind,
        overrides.starts_on
    from {{ ref('int_style_overrides') }} as overrides
    inner join {{ ref('int_account_bands') }} as bands
        on overrides.account_id = bands.account_id
    where bands.exclusion is null
),

policy_styles as (
    select
        style,
        manual_seats,
        case
            when not is_enabled then 0 else greatest(seats - lease_reserve, 0)
        end as base_seats,
        is_enabled and seats is null as is_unlimited
    from {{ ref('stg_ops__policy_styles') }}
),

of_their_kind as (
    select
        overrides.*,
        policy_styles.base_seats,
        policy_styles.is_unlimited,
        overrides.kind <> 'manual_seat'
        or overrides.style = 'none'
        or coalesce(row_number() over (
            partition by overrides.style, overrides.kind
            order by overrides.starts_on, overrides.account_id
        ) <= policy_styles.manual_seats, false) as is_within_kind
    from overrides
    left join policy_styles on overrides.style = policy_styles.style
),

in_order as (
    select
        *,
        row_number() over (
            partition by style, is_within_kind
            order by starts_on, account_id
        ) as place
    from of_their_kind
),

admitted as (
    select
        override_id,
        account_id,
        style,
        is_within_kind,
        is_within_kind and (
            style = 'none'
            or coalesce(is_unlimited or place <= base_seats, false)
        ) as is_admitted
    from in_order
)

select * from admitted
