-- Pairs of an identifier's name and its value.
alter table ops.sync_changes add column kept_identifiers jsonb;
comment on column ops.sync_changes.kept_identifiers is 'Identifiers that do not leave with the member, as another member of the audience has them';
