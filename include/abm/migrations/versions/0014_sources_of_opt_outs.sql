-- Earlier releases wrote 'where somebody said it (system)'; where is free text of a form and may name a person.
update ops.opt_out_ledger set source = regexp_replace(source, '^.* \(([^()]+)\)$', '\1') where source ~ ' \([^()]+\)$';
comment on column ops.opt_out_ledger.source is 'System that says so';

alter table ops.ownership_marks drop column if exists followed_to;
comment on table ops.ownership_marks is 'Up to where edits were looked for, one row per CRM.';
