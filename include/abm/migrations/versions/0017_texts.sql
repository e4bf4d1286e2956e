-- HubSpot's properties are texts. What it holds, and what may still be sent, is kept as it is sent from now on. A plan
-- that was judged before is another now: sending it is refused, and the next night plans anew.
update ops.sync_state
set payload = (select coalesce(jsonb_object_agg(key, coalesce(value, '')), '{}') from jsonb_each_text(payload))
where destination = 'hubspot';
update ops.sync_changes
set payload = (select coalesce(jsonb_object_agg(key, coalesce(value, '')), '{}') from jsonb_each_text(payload))
where destination = 'hubspot' and operation <> 'remove' and (outcome is null or outcome = 'failed');
comment on column ops.sync_changes.payload is 'Fields or identifiers to send; for HubSpot as texts, the empty one clears';
comment on column ops.sync_state.payload is 'Fields or identifiers it acknowledged; of HubSpot as texts';
