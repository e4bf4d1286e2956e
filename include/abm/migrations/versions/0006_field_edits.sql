-- Values that someone wrote over ours, as found in what landed: one open row per field, closed ones are history.
create table ops.field_edits (
    destination text not null,
    object_key text not null,
    field text not null,
    platform_field text not null,
    written text, -- what we wrote last; null: nothing
    found text, -- what stood there; null: emptied, or prose, which is not kept
    found_digest text not null, -- tells two found values apart, prose too
    decision text not null check (decision in ('respected', 'restored', 'reported')),
    since date not null, -- the night it was found
    found_at timestamptz not null default now(),
    decided_at timestamptz not null default now(),
    ends_on date, -- from this day on the field is ours again; null: no day is set
    times integer not null default 1, -- how often in a row the same value was found, ours put back in between
    ended_at timestamptz,
    primary key (destination, object_key, field, found_at)
);
create unique index on ops.field_edits (destination, object_key, field) where ended_at is null;

-- Up to which landing edits were looked for and records that are gone were followed.
create table ops.ownership_marks (
    destination text primary key,
    edits_to timestamptz,
    followed_to timestamptz
);

-- Fields of a row that a person's edit keeps from being written.
alter table ops.sync_changes add column left_alone text[];
