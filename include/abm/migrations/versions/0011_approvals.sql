create table ops.approvals (
    key text primary key,
    subject text not null,
    summary text not null,
    asked_at timestamptz not null default now(),
    answered_at timestamptz,
    answer text
);
comment on table ops.approvals is 'What a person was asked to decide, one row per release or run that was past its budget.';
comment on column ops.approvals.key is 'Release or run it is about';
comment on column ops.approvals.subject is 'The question';
comment on column ops.approvals.summary is 'What the person was shown';
comment on column ops.approvals.asked_at is 'When it was asked';
comment on column ops.approvals.answered_at is 'When it was answered, or the time to answer was over; empty while it waits';
comment on column ops.approvals.answer is 'Approve or Reject; no answer in time is Reject';
