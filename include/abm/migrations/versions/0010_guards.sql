-- What may be done with a run's plan. Sending asks here, and sends only rows of this digest.
create table ops.sync_verdicts (
    run_id text primary key references ops.sync_runs on delete cascade,
    decision text not null check (decision in ('send', 'approve', 'stop')),
    plan_digest text not null,
    policy_version text not null, -- of the policy that it was judged by
    told text not null,
    summary text not null, -- Markdown: counts and keys, as the person who approves reads it
    judged_at timestamptz not null default now()
);
-- The limits that a plan exceeds, one row each.
create table ops.sync_findings (
    run_id text not null references ops.sync_verdicts on delete cascade,
    finding integer not null,
    policy_key text not null,
    audience text,
    field text,
    told text not null,
    primary key (run_id, finding)
);
-- Who approved which plan of a run past its budget.
create table ops.sync_approvals (
    run_id text primary key references ops.sync_runs on delete cascade,
    plan_digest text not null,
    approved_by text not null check (approved_by <> ''),
    approved_at timestamptz not null default now()
);
