{# What a row holds is not even read: it can name a person. #}
with

changes as (
    select * from {{ source('sending', 'sync_row_states') }}
),

runs as (
    select run_id, is_dry_run from {{ source('sending', 'sync_runs') }}
),

told as (
    select
        changes.run_id,
        changes.destination,
        changes.object_key,
        case
            when changes.object_key like '%/%'
                then {{ before_first('changes.object_key', ['/']) }}
        end as audience,
        changes.operation,
        changes.state,
        changes.outcome,
        changes.reason_code,
        case
            when changes.state = 'sent'
                then 'sent, and no answer is recorded yet'
            else {{ sync_reason_in_words(
                'changes.outcome', 'changes.reason_code'
            ) }}
        end as meaning,
        changes.reason as platform_words,
        changes.attempts,
        runs.is_dry_run,
        changes.planned_at,
        changes.finished_at
    from changes
    inner join runs on changes.run_id = runs.run_id
)

select * from told
