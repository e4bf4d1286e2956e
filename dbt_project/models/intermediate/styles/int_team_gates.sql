{# Whether each account has the team that each style asks for. A company that
   records no team anywhere is not asked for one unless it wants to be. #}
with

accounts as (
    select account_id, sales_signed_off, marketing_signed_off
    from {{ ref('int_accounts') }}
),

team as (
    select account_id, team_role from {{ ref('int_account_team') }}
),

roles as (
    select style, team_role from {{ ref('stg_ops__policy_team_roles') }}
),

required as (
    select
        style,
        count(*) as roles_needed
    from roles
    group by style
),

recorded as (
    select count(*) as members from team
),

asked as (
    select
        styles.style,
        case
            when
                styles.needs_team = 'always'
                or styles.needs_team = 'when_recorded' and recorded.members > 0
                then required.roles_needed
        end as roles_needed,
        coalesce(styles.needs_sales_sign_off, false) as needs_sales,
        coalesce(styles.needs_marketing_sign_off, false) as needs_marketing
    from {{ ref('stg_ops__policy_styles') }} as styles
    cross join recorded
    left join required on styles.style = required.style
),

filled as (
    select
        {% for style in styles() -%}
        count(
            distinct case
                when roles.style = '{{ style }}' then roles.team_role
            end
        ) as {{ style }}_roles,
        {% endfor -%}
        team.account_id
    from team
    inner join roles on team.team_role = roles.team_role
    group by team.account_id
),

gates as (
    select
        {% for style in styles() -%}
        coalesce(filled.{{ style }}_roles, 0)
        >= coalesce({{ style }}.roles_needed, 0)
        and not coalesce(
            {{ style }}.needs_sales
            and not coalesce(accounts.sales_signed_off, false), false
        )
        and not coalesce(
            {{ style }}.needs_marketing
            and not coalesce(accounts.marketing_signed_off, false), false
        ) as has_team_for_{{ style }},
        {% endfor -%}
        accounts.account_id
    from accounts
    left join filled on accounts.account_id = filled.account_id
    {% for style in styles() -%}
    left join asked as {{ style }} on {{ style }}.style = '{{ style }}'
    {% endfor -%}
)

select * from gates
