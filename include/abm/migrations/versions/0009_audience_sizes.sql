-- What platforms tell of audiences, day by day, and what each plan expected of them.
alter table ops.sync_audiences add column match_rate double precision; -- as the platform tells it, 0 to 1
create table ops.audience_sizes (
    destination text not null,
    audience text not null,
    read_on date not null,
    read_at timestamptz not null,
    remote_id text,
    status text,
    members bigint not null, -- acknowledged when it was read
    audience_size bigint,
    matched_count bigint,
    match_rate double precision,
    style text, -- this and what follows as the newest plan had it
    expected_size bigint,
    minimum bigint,
    primary key (destination, audience, read_on)
);
create table ops.audience_forecasts (
    run_id text not null,
    destination text not null,
    audience text not null,
    style text,
    members bigint not null, -- desired
    clusters bigint not null, -- of the 1:Few style that its members belong to
    people_per_member double precision, -- expected; null: nothing is known of the platform
    learned_from bigint not null, -- members whose size was read back
    expected_size bigint,
    minimum bigint,
    decision text not null check (decision in ('send', 'merge_clusters', 'company_list', 'skip', 'keep', 'clear')),
    reason text not null,
    planned_at timestamptz not null default now(),
    primary key (run_id, audience)
);
