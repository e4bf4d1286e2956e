{# Who an audience may reach today: of a rotating 1:Many list the running wave,
   and of an experiment those whose turn it is to be treated. #}
with

sendable as (
    select account_id from {{ ref('int_sendable_accounts') }}
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

running_wave as (
    select account_id from {{ ref('int_rotation_waves') }}
),

kept_back as (
    select distinct account_id from {{ ref('int_experiment_members') }}
    where is_withheld
),

reached as (
    select styles.account_id
    from styles
    inner join sendable on styles.account_id = sendable.account_id
    left join running_wave on styles.account_id = running_wave.account_id
    left join kept_back on styles.account_id = kept_back.account_id
    where
        kept_back.account_id is null
        and (
            running_wave.account_id is not null
            or styles.effective_style <> 'one_to_many'
            or not coalesce({{ policy_switch('rotation.enabled') }}, false)
        )
)

select * from reached
