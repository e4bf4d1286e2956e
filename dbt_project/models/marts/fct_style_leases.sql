with

leases as (
    select * from {{ ref('int_style_leases') }}
),

base_styles as (
    select account_id, base_style from {{ ref('int_base_styles') }}
),

labels as (
    select rule as trigger, label from {{ ref('int_mqa_rules') }}
    union all
    select
        {{ dbt.concat(["'programme:'", 'programme']) }} as trigger,
        label
    from {{ ref('stg_ops__policy_programmes') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

described as (
    select
        leases.lease_id,
        leases.account_id,
        leases.style,
        leases.trigger,
        coalesce(labels.label, leases.trigger) as trigger_label,
        base_styles.base_style,
        leases.starts_on,
        leases.ends_on,
        leases.renewals,
        {{ dbt.datediff('build_context.as_of_date', 'leases.ends_on', 'day') }}
            as days_left,
        leases.place as reserve_place,
        leases.lease_seats as reserve_seats,
        build_context.as_of_date
    from leases
    cross join build_context
    inner join base_styles on leases.account_id = base_styles.account_id
    left join labels on leases.trigger = labels.trigger
)

select * from described
