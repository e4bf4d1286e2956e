{# Who may be moved for a while, and from which style; a person's word in
   force and the list of exclusions come before every lease. #}
with

base_styles as (
    select account_id, base_style from {{ ref('int_base_styles') }}
),

candidates as (
    select account_id, account_score, exclusion, is_override_admitted
    from {{ ref('int_style_candidates') }}
),

styles as (
    select
        style,
        style_rank,
        lease_style,
        max(style_rank) over () as last_rank
    from {{ ref('stg_ops__policy_styles') }}
),

judged as (
    select
        base_styles.account_id,
        base_styles.base_style,
        coalesce(styles.style_rank, lowest.last_rank + 1) as base_rank,
        styles.lease_style,
        candidates.account_score,
        case
            when candidates.exclusion is not null then 'excluded'
            when candidates.is_override_admitted then 'override'
        end as obstacle
    from base_styles
    inner join candidates on base_styles.account_id = candidates.account_id
    left join styles on base_styles.base_style = styles.style
    inner join styles as lowest on lowest.style_rank = lowest.last_rank
)

select * from judged
