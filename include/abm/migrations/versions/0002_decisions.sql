alter table ops.build_context add column is_review boolean not null default false;
alter table ops.releases add column is_review boolean not null default false;

-- Policy.
alter table ops.policy_styles
    add column lease_reserve integer not null default 0,
    add column manual_seats integer not null default 0,
    add column needs_team text not null default 'never',
    add column needs_sales_sign_off boolean not null default false,
    add column needs_marketing_sign_off boolean not null default false,
    add column lease_style text,
    add column seats_per_marketer integer, -- what one more marketer would add; null where people do not limit the style
    add column seats_ceiling integer; -- what budget and limit allow, however many marketers there are
create table ops.policy_marketers (
    policy_version text not null references ops.policy_versions,
    style text not null,
    marketer text not null,
    seniority text not null,
    accounts integer not null, -- what this marketer covers
    clusters integer, -- what this marketer runs, where the style works in clusters
    primary key (policy_version, style, marketer)
);
create table ops.policy_team_roles (
    policy_version text not null references ops.policy_versions,
    style text not null,
    team_role text not null,
    primary key (policy_version, style, team_role)
);
create table ops.policy_mqa_thresholds (
    policy_version text not null references ops.policy_versions,
    style text not null,
    employees_from numeric not null,
    employees_below numeric,
    minutes double precision not null,
    people integer not null,
    primary key (policy_version, style, employees_from)
);
create table ops.policy_triggers (
    policy_version text not null references ops.policy_versions,
    trigger_name text not null,
    label text not null,
    priority integer not null,
    activity_type text not null,
    activities integer not null,
    people integer not null,
    window_days integer not null,
    primary key (policy_version, trigger_name)
);
create table ops.policy_programmes (
    policy_version text not null references ops.policy_versions,
    programme text not null,
    label text not null,
    priority integer not null,
    starts_on date not null,
    ends_on date not null,
    seats integer not null,
    primary key (policy_version, programme)
);
create table ops.policy_programme_rules (
    policy_version text not null references ops.policy_versions,
    programme text not null,
    attribute text not null,
    value_text text,
    value_from numeric,
    value_below numeric
);
create table ops.policy_experiments (
    policy_version text not null references ops.policy_versions,
    experiment text not null,
    label text not null,
    style text not null,
    design text not null check (design in ('holdout', 'stepped')),
    holdout_share double precision,
    step_days integer,
    clusters_per_step integer,
    baseline_rate double precision,
    detectable_lift double precision,
    starts_on date not null,
    ends_on date,
    primary key (policy_version, experiment, style)
);
create table ops.policy_pilot_domains (
    policy_version text not null references ops.policy_versions,
    domain text not null,
    primary key (policy_version, domain)
);

-- Ledgers: written by publishing alone, see abm.release.ledger.
create table ops.input_ledger (
    account_id text not null,
    valid_from date not null,
    valid_to date,
    value_band text not null,
    annual_potential numeric,
    potential_method text,
    account_score integer,
    revenue_potential_score integer,
    strategic_fit_score integer,
    influence_score integer,
    engagement_score integer,
    cltv_score integer,
    is_customer boolean not null,
    proposed_style text not null,
    reason_code text not null,
    reason text not null, -- without ranks and decimals
    score_reasons text,
    policy_version text not null,
    release_id text not null references ops.releases,
    primary key (account_id, valid_from)
);
create unique index on ops.input_ledger (account_id) where valid_to is null;
create table ops.lease_ledger (
    lease_id text not null,
    valid_from date not null,
    valid_to date,
    account_id text not null,
    style text not null,
    trigger text not null,
    starts_on date not null,
    ends_on date not null,
    renewals integer not null,
    release_id text not null references ops.releases,
    primary key (lease_id, valid_from)
);
create index on ops.lease_ledger (account_id);
create table ops.override_ledger (
    override_id text not null,
    valid_from date not null,
    valid_to date,
    account_id text not null,
    style text not null,
    kind text not null,
    author text,
    reason text,
    origin text not null,
    starts_on date not null,
    ends_on date,
    release_id text not null references ops.releases,
    primary key (override_id, valid_from)
);
create index on ops.override_ledger (account_id);
create table ops.qualification_ledger (
    account_id text not null,
    rule text not null,
    valid_from date not null,
    valid_to date,
    qualified_on date not null,
    minutes double precision,
    people integer,
    sales_answer text,
    sales_reason text,
    release_id text not null references ops.releases,
    primary key (account_id, rule, valid_from)
);
create table ops.micro_segment_ledger (
    account_id text not null,
    valid_from date not null,
    valid_to date,
    micro_segment_id text not null,
    micro_segment_number integer not null, -- counts the clusters of the same traits, dead ones too
    industry text, -- the cluster's traits, not the account's; null: any
    imperative text,
    marketer text,
    release_id text not null references ops.releases,
    primary key (account_id, valid_from)
);
create table ops.wave_ledger (
    account_id text not null,
    valid_from date not null,
    valid_to date,
    wave_id text not null,
    starts_on date not null,
    ends_on date not null,
    release_id text not null references ops.releases,
    primary key (account_id, valid_from)
);

-- The record whose field a person filled in or edited, so that the edit can be followed.
alter table ops.override_ledger
    add column source text,
    add column record_id text;
-- What each CRM last acknowledged as an account's style, through the field map of the build's policy.
-- Without a hash it is uncertain what the CRM holds, so nothing can be called an edit.
create view ops.sync_styles as
select
    state.destination,
    state.object_key,
    state.payload ->> fields.platform_field as style,
    state.acknowledged_at
from ops.sync_state as state
inner join ops.policy_fields as fields on fields.destination = state.destination and fields.field = 'abm_style'
inner join ops.build_context as context on context.policy_version = fields.policy_version
where state.payload_hash is not null;
