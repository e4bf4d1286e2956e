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

{# One row: what each style asks for. #}
policy as (
    select
        {% for style in styles() -%}
        max(case when styles.style = '{{ style }}' then
            case
                when styles.needs_team = 'always' then required.roles_needed
                when
                    styles.needs_team = 'when_recorded'
                    and exists (select 1 from team) then required.roles_needed
            end
        end) as {{ style }}_roles,
        max(case
            when styles.style = '{{ style }}' and styles.needs_sales_sign_off
                then 1 else 0
        end) as {{ style }}_sales,
        max(case
            when
                styles.style = '{{ style }}'
                and styles.needs_marketing_sign_off
                then 1 else 0
        end) as {{ style }}_marketing
        {{- "," if not loop.last }}
        {% endfor -%}
    from {{ ref('stg_ops__policy_styles') }} as styles
    left join required on styles.style = required.style
),

filled as (
    select
        team.account_id,
        {% for style in styles() -%}
        count(
            distinct case
                when roles.style = '{{ style }}' then roles.team_role
            end
        ) as {{ style }}_roles
        {{- "," if not loop.last }}
        {% endfor -%}
    from team
    inner join roles on team.team_role = roles.team_role
    group by team.account_id
),

gates as (
    select
        accounts.account_id,
        {% for style in styles() -%}
        coalesce(filled.{{ style }}_roles, 0)
        >= coalesce(policy.{{ style }}_roles, 0)
        and (
            policy.{{ style }}_sales = 0
            or coalesce(accounts.sales_signed_off, false)
        )
        and (
            policy.{{ style }}_marketing = 0
            or coalesce(accounts.marketing_signed_off, false)
        ) as has_team_for_{{ style }}
        {{- "," if not loop.last }}
        {% endfor -%}
    from accounts
    cross join policy
    left join filled on accounts.account_id = filled.account_id
)

select * from gates
