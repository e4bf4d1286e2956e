create extension if not exists pg_trgm;

create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists candidate_marts;
create schema if not exists candidate_activation;
create schema if not exists marts;
create schema if not exists activation;

-- What dbt builds for: one row, replaced at the start of each build, so that no dbt variable changes and parsing stays cached.
create table ops.build_context (
    only_row boolean primary key default true check (only_row),
    release_id text not null,
    as_of_date date not null,
    policy_version text not null,
    started_at timestamptz not null default now()
);

-- Policy: the document as it was read, and the same as tables for SQL.
create table ops.policy_versions (
    policy_version text primary key,
    document jsonb not null,
    stored_at timestamptz not null default now()
);
create table ops.policy_settings (
    policy_version text not null references ops.policy_versions,
    setting text not null,
    value_text text,
    value_number double precision,
    value_boolean boolean,
    primary key (policy_version, setting)
);
create table ops.policy_styles (
    policy_version text not null references ops.policy_versions,
    style text not null,
    style_rank integer not null,
    label text not null,
    is_enabled boolean not null,
    potential_from numeric,
    potential_below numeric,
    seats integer,
    spend_low numeric,
    spend_high numeric,
    planned_spend numeric,
    audience_enabled boolean not null,
    primary key (policy_version, style)
);
create table ops.policy_factors (
    policy_version text not null references ops.policy_versions,
    factor text not null,
    weight double precision not null,
    primary key (policy_version, factor)
);
create table ops.policy_activities (
    policy_version text not null references ops.policy_versions,
    activity_type text not null,
    minutes double precision not null,
    use_duration boolean not null,
    half_life_days double precision not null,
    is_offline boolean not null,
    label text not null,
    primary key (policy_version, activity_type)
);
create table ops.policy_seniorities (
    policy_version text not null references ops.policy_versions,
    seniority text not null,
    multiplier double precision not null,
    primary key (policy_version, seniority)
);
create table ops.policy_profiles (
    policy_version text not null references ops.policy_versions,
    profile text not null,
    attribute text not null,
    value_text text,
    value_from numeric,
    value_below numeric,
    points double precision not null
);
create table ops.policy_currencies (
    policy_version text not null references ops.policy_versions,
    currency_code text not null,
    rate double precision not null,
    primary key (policy_version, currency_code)
);
create table ops.policy_audiences (
    policy_version text not null references ops.policy_versions,
    destination text not null,
    style text not null,
    audience text not null,
    primary key (policy_version, destination, style)
);
create table ops.policy_fields (
    policy_version text not null references ops.policy_versions,
    destination text not null,
    field text not null,
    platform_field text not null,
    primary key (policy_version, destination, field)
);
create table ops.policy_suppressed_domains (
    policy_version text not null references ops.policy_versions,
    domain text not null,
    reason text not null,
    primary key (policy_version, domain)
);

-- Landing: one row per entity and load, the history that volume checks compare against.
create table ops.landing_batches (
    batch_id text not null,
    source text not null,
    entity text not null,
    is_full boolean not null,
    status text not null check (status in ('staged', 'merged', 'held', 'abandoned')),
    rows_staged bigint not null,
    rows_inserted bigint,
    rows_updated bigint,
    rows_deleted bigint,
    rows_unchanged bigint,
    cursor_from text,
    cursor_to text,
    staged_at timestamptz not null default now(),
    merged_at timestamptz,
    reason text,
    primary key (batch_id, source, entity)
);
create index on ops.landing_batches (source, entity, merged_at);
create table ops.source_cursors (
    source text not null,
    entity text not null,
    cursor_value text not null,
    moved_at timestamptz not null default now(),
    primary key (source, entity)
);

-- Checks: every expectation's result; numbers only, never a value of a row.
create table ops.check_results (
    run_id text not null,
    check_name text not null,
    subject text not null,
    expectation text not null,
    severity text not null check (severity in ('stop', 'warn')),
    success boolean not null,
    observed text,
    expected text,
    description text not null,
    checked_at timestamptz not null default now()
);
create index on ops.check_results (run_id, subject);

-- Releases and the style ledger (validity of each account's style; the open row has no valid_to).
create table ops.releases (
    release_id text primary key,
    as_of_date date not null,
    policy_version text not null references ops.policy_versions,
    status text not null check (status in ('building', 'held', 'rejected', 'published', 'superseded')),
    started_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by text,
    reason text,
    published_at timestamptz,
    accounts bigint,
    accounts_changed bigint,
    digest text
);
-- 'published' means live: one release at a time. One that was live once is 'superseded' and keeps its published_at.
create unique index on ops.releases (status) where status = 'published';
create table ops.style_ledger (
    account_id text not null,
    effective_style text not null,
    base_style text not null,
    valid_from date not null,
    valid_to date,
    reason_code text not null,
    reason text not null,
    policy_version text not null,
    release_id text not null references ops.releases,
    primary key (account_id, valid_from)
);
create unique index on ops.style_ledger (account_id) where valid_to is null;

-- Activation: what each platform has acknowledged, and what each run planned and did.
create table ops.sync_state (
    destination text not null,
    object_key text not null,
    payload_hash bigint, -- null: something was sent and no answer was recorded, so what the platform holds is uncertain
    payload jsonb not null,
    remote_id text,
    acknowledged_at timestamptz not null default now(),
    run_id text not null,
    primary key (destination, object_key)
);
create table ops.sync_runs (
    run_id text primary key,
    destination text not null,
    release_id text,
    status text not null check (status in ('planned', 'held', 'sending', 'finished', 'failed', 'dry_run', 'abandoned')),
    is_dry_run boolean not null default false,
    rows_desired bigint not null,
    rows_planned bigint not null,
    rows_unchanged bigint not null default 0,
    rows_withheld bigint not null default 0, -- refused before with the same content, so not planned again
    rows_acknowledged bigint not null default 0, -- when planned
    sent_to text, -- every row up to this key may have been sent, with or without an outcome
    planned_at timestamptz not null default now(),
    finished_at timestamptz,
    guard_reason text
);
create index on ops.sync_runs (destination, planned_at);
create table ops.sync_changes (
    run_id text not null references ops.sync_runs,
    destination text not null,
    object_key text not null,
    operation text not null check (operation in ('create', 'update', 'remove')),
    payload jsonb,
    payload_hash bigint,
    outcome text check (outcome in ('created', 'updated', 'removed', 'unchanged', 'refused', 'failed', 'held')),
    reason_code text,
    reason text,
    attempts integer not null default 0,
    planned_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (run_id, object_key)
) with (fillfactor = 50); -- each row gets its outcome once: on its own page, without new index entries
-- What a platform refused last for a key; deleting a row lets the next plan try it again.
create table ops.sync_refusals (
    destination text not null,
    object_key text not null,
    operation text not null,
    payload_hash bigint,
    reason_code text,
    run_id text not null,
    refused_at timestamptz not null default now(),
    primary key (destination, object_key)
);
create table ops.sync_audiences (
    destination text not null,
    audience text not null,
    remote_id text,
    status text,
    audience_size bigint,
    matched_count bigint,
    created_at timestamptz not null default now(),
    read_at timestamptz,
    primary key (destination, audience)
);
