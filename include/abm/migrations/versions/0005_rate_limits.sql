-- One row for each platform and credential, changed by every process that asks the platform for anything.
create table ops.rate_limits (
    platform text not null,
    credential text not null, -- a digest; of the credential itself nothing is kept
    book jsonb not null default '{}', -- requests by window and part of it, and what the platform told of its limits
    paused_until timestamptz, -- nobody sends before: the platform asked for it
    changed_at timestamptz not null default now(),
    primary key (platform, credential)
) with (fillfactor = 50); -- changed in place
