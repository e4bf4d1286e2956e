with

rotation as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
    where {{ policy_switch('rotation.enabled') }}
),

served_days as (
    select
        before.account_id,
        before.valid_from as served_from,
        least(coalesce(before.ended_on, rotation.as_of_date), before.ends_on)
            as served_to
    from {{ ledger_before('stg_ops__wave_ledger') }} as before
    cross join rotation
    union all
    select
        waves.account_id,
        rotation.as_of_date as served_from,
        waves.ends_on as served_to
    from {{ ref('int_rotation_waves') }} as waves
    cross join rotation
),

history as (
    select account_id, valid_from, valid_to
    from {{ ref('int_style_history') }}
    where effective_style = 'one_to_many'
),

segments as (
    select
        account_id,
        coalesce(industry, 'unknown') as segment
    from {{ ref('int_accounts') }}
),

{# Quarters in which a wave began, and this one. #}
quarters as (
    select distinct
        cast({{ dbt.date_trunc('quarter', 'served_from') }} as date) as quarter
    from served_days
    union distinct
    select
        cast({{ dbt.date_trunc('quarter', 'as_of_date') }} as date) as quarter
    from rotation
),

bounded as (
    select
        quarter,
        cast({{ dbt.dateadd('month', 3, 'quarter') }} as date) as next_quarter
    from quarters
),

listed as (
    select distinct
        bounded.quarter,
        history.account_id
    from bounded
    inner join history
        on
            bounded.next_quarter > history.valid_from
            and (
                bounded.quarter < history.valid_to
                or history.valid_to is null
            )
),

served as (
    select distinct
        bounded.quarter,
        served_days.account_id
    from bounded
    inner join served_days
        on
            bounded.next_quarter > served_days.served_from
            and bounded.quarter < served_days.served_to
),

counted as (
    select
        listed.quarter,
        segments.segment,
        count(*) as accounts,
        count(served.account_id) as served
    from listed
    inner join segments on listed.account_id = segments.account_id
    left join served
        on
            listed.quarter = served.quarter
            and listed.account_id = served.account_id
    group by listed.quarter, segments.segment
),

compared as (
    select
        *,
        sum(accounts) over (partition by quarter) as all_accounts,
        sum(served) over (partition by quarter) as all_served
    from counted
),

measured as (
    select
        segment,
        quarter,
        accounts,
        served,
        cast({{ ratio('served', 'accounts') }} as decimal(7, 4))
            as served_share,
        cast(
            {{ ratio('served * all_accounts', 'accounts * all_served') }}
            as decimal(12, 4)
        ) as fairness
    from compared
)

select * from measured
