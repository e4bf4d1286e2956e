with

accounts as (
    select account_id, employees from {{ ref('int_accounts') }}
),

base_styles as (
    select account_id, base_style from {{ ref('int_base_styles') }}
),

thresholds as (
    select
        style,
        employees_from,
        employees_below,
        minutes,
        people,
        row_number() over (
            partition by style order by employees_from
        ) as size_place
    from {{ ref('stg_ops__policy_mqa_thresholds') }}
),

{# Of an unknown size is taken as small: it asks for the least. #}
matching as (
    select
        accounts.account_id,
        thresholds.minutes,
        thresholds.people,
        row_number() over (
            partition by accounts.account_id
            order by thresholds.employees_from desc
        ) as place
    from accounts
    inner join base_styles on accounts.account_id = base_styles.account_id
    inner join thresholds
        on
            base_styles.base_style = thresholds.style
            and (
                (accounts.employees is null and thresholds.size_place = 1)
                or (
                    accounts.employees >= thresholds.employees_from
                    and (
                        accounts.employees < thresholds.employees_below
                        or thresholds.employees_below is null
                    )
                )
            )
),

of_accounts as (
    select account_id, minutes, people
    from matching
    where place = 1
)

select * from of_accounts
