-- Removals are sent before all other rows, each in key order: `removed_to` bounds the removals that may have been sent,
-- `sent_to` the other rows.
alter table ops.sync_runs add column removed_to text;
update ops.sync_runs set removed_to = sent_to;
