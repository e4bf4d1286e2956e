with

history as (
    select
        account_id,
        effective_style,
        valid_from,
        valid_to,
        reason_code,
        policy_version,
        release_id
    from {{ ref('int_style_history') }}
)

select * from history
