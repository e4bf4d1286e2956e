-- What failed last for a key: the platform may take the same row later. Deleting a row here lets the next plan try it.
-- A removal never waits, and a first failure comes again with the next run; then it waits 2, 4 and at most 8 nights.
create table ops.sync_failures (
    destination text not null,
    object_key text not null,
    operation text not null,
    payload_hash bigint,
    reason_code text,
    reason text,
    attempts integer not null, -- runs in a row in which this content failed
    failed_on date not null default current_date,
    next_attempt_on date not null generated always as (
        failed_on + case when operation = 'remove' or attempts = 1 then 0 else 1 << least(attempts - 1, 3) end
    ) stored,
    run_id text not null,
    primary key (destination, object_key)
);
alter table ops.sync_refusals add column reason text; -- in the platform's words

-- What was sent since `payload` and never answered for: a member may be known by any of these too.
alter table ops.sync_state add column doubts jsonb check (jsonb_typeof(doubts) = 'array');

-- The state machine of a row. A row counts as sent as soon as its batch is announced, before the request leaves.
create view ops.sync_row_states as
select
    changes.run_id,
    changes.destination,
    changes.object_key,
    changes.operation,
    case
        when changes.outcome in ('created', 'updated', 'removed', 'unchanged') then 'acknowledged'
        when changes.outcome is not null then changes.outcome
        when changes.object_key <= case when changes.operation = 'remove' then runs.removed_to else runs.sent_to end
            then 'sent'
        else 'planned'
    end as state,
    changes.outcome,
    changes.reason_code,
    changes.reason,
    changes.attempts,
    changes.planned_at,
    changes.finished_at
from ops.sync_changes as changes
inner join ops.sync_runs as runs using (run_id);
