-- What was told of the states that somebody must know of: one row for each change, the latest of a kind and subject is
-- what holds. Written and then told, see abm.alerts.
create table ops.alerts (
    alert_id bigint generated always as identity primary key,
    kind text not null,
    subject text not null,
    change text not null check (change in ('opened', 'changed', 'resolved')),
    what text not null,
    digest text, -- null: it is over
    since timestamptz,
    rows_affected bigint,
    row_keys text[] not null default '{}',
    next_step text not null,
    noticed_at timestamptz not null default now(),
    check ((change = 'resolved') = (digest is null))
);
create index on ops.alerts (kind, subject, alert_id desc);
create table ops.alert_deliveries (
    alert_id bigint not null references ops.alerts,
    channel text not null,
    attempts integer not null default 0,
    is_in_doubt boolean not null default false, -- it was sent and no answer was noted
    told_at timestamptz,
    failure text,
    primary key (alert_id, channel)
);
create index on ops.alert_deliveries (channel, alert_id) where told_at is null;

comment on table ops.alerts is 'Alerts, one row for each change of a state that somebody must know of; the latest row of a kind and subject is how it stands.';
comment on column ops.alerts.alert_id is 'Number of the alert, the same in every message about it';
comment on column ops.alerts.kind is 'What kind of state it is; the name of its runbook in docs/runbooks';
comment on column ops.alerts.subject is 'What it is about: a source, the release, a destination, an audience';
comment on column ops.alerts.change is 'opened (new), changed (another state of the same thing) or resolved (over)';
comment on column ops.alerts.what is 'The state in a sentence; of a resolved one, what it was';
comment on column ops.alerts.digest is 'Changes when the state is another one and is told again; empty when it is over';
comment on column ops.alerts.since is 'Since when it has been so';
comment on column ops.alerts.rows_affected is 'How many records or members it is about; empty where it is not about rows';
comment on column ops.alerts.row_keys is 'Keys of at most five of them';
comment on column ops.alerts.next_step is 'What to do next';
comment on column ops.alerts.noticed_at is 'When it was noticed';
comment on table ops.alert_deliveries is 'Whom each alert is told to, one row per alert and channel.';
comment on column ops.alert_deliveries.alert_id is 'Alert';
comment on column ops.alert_deliveries.channel is 'slack, mail, webhook or log';
comment on column ops.alert_deliveries.attempts is 'How often it was sent';
comment on column ops.alert_deliveries.is_in_doubt is 'Whether it was sent without an answer being noted, so that it may be told twice';
comment on column ops.alert_deliveries.told_at is 'When the channel took it; empty while it is owed';
comment on column ops.alert_deliveries.failure is 'Why it was not taken the last time';
