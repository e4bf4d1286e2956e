-- SHA-256 of people's identifiers, each in the normal form of one platform: hashes are never shared between platforms.
create table ops.identity_digests (
    source text not null,
    record_id text not null,
    platform text not null,
    identifier text not null,
    digest text not null,
    _landed_at timestamptz not null default now(), -- as in a landed table: moves only when the row changed
    primary key (source, record_id, platform, identifier)
);
create index on ops.identity_digests (_landed_at);
create table ops.identity_marks (
    source text not null,
    entity text not null,
    landed_at timestamptz not null, -- every row landed until then has its digests
    rules integer not null, -- version of the rules they were made by; under others all are made anew
    primary key (source, entity)
);

-- Policy: what audiences hold, whom they may name, and accounts that are left out by their own ids.
alter table ops.policy_audiences add column holds text not null default 'companies';
create table ops.policy_suppressed_accounts (
    policy_version text not null references ops.policy_versions,
    account_id text not null,
    primary key (policy_version, account_id)
);
create table ops.policy_consent_bases (
    policy_version text not null references ops.policy_versions,
    destination text not null,
    basis text not null,
    primary key (policy_version, destination, basis)
);
create table ops.policy_signal_countries (
    policy_version text not null references ops.policy_versions,
    country text not null,
    primary key (policy_version, country)
);

-- Who opted out or said no to advertising, from when to when a release knew it so.
create table ops.opt_out_ledger (
    person_id text not null,
    valid_from date not null,
    valid_to date,
    status text not null,
    source text not null,
    denied_on date,
    release_id text not null references ops.releases,
    primary key (person_id, valid_from)
);
-- Removals are few: the proof that an opt-out was followed reads them alone.
create index on ops.sync_changes (destination, object_key) where operation = 'remove';

comment on table ops.identity_digests is 'People''s identifiers as SHA-256 digests, one row per record, platform and identifier. Records that were deleted or opted out have none.';
comment on column ops.identity_digests.source is 'Source of the record';
comment on column ops.identity_digests.record_id is 'The record''s id in its source';
comment on column ops.identity_digests.platform is 'Platform whose rules made it; never to be sent to another';
comment on column ops.identity_digests.identifier is 'The platform''s own name of the identifier';
comment on column ops.identity_digests.digest is 'SHA-256 in lower-case hex';
comment on column ops.identity_digests._landed_at is 'When it was stored';

comment on table ops.identity_marks is 'How far people''s records were digested, one row per source and table.';
comment on column ops.identity_marks.source is 'Source';
comment on column ops.identity_marks.entity is 'Table of people it delivers';
comment on column ops.identity_marks.landed_at is 'Every row landed until then has its digests';
comment on column ops.identity_marks.rules is 'Version of the rules they were made by';

comment on column ops.policy_audiences.holds is 'Whether the destination''s audiences hold companies or people';
comment on table ops.policy_suppressed_accounts is 'Accounts left out by their own ids, one row per account, of every policy version.';
comment on column ops.policy_suppressed_accounts.policy_version is 'Policy';
comment on column ops.policy_suppressed_accounts.account_id is 'Account';
comment on table ops.policy_consent_bases is 'Bases that are enough to name a person to a platform, one row per platform and basis, of every policy version.';
comment on column ops.policy_consent_bases.policy_version is 'Policy';
comment on column ops.policy_consent_bases.destination is 'Platform';
comment on column ops.policy_consent_bases.basis is 'consent, legitimate_interest or contract';
comment on table ops.policy_signal_countries is 'Countries where Google needs both consent signals of a person, one row per country, of every policy version.';
comment on column ops.policy_signal_countries.policy_version is 'Policy';
comment on column ops.policy_signal_countries.country is 'Country, ISO 3166 two letters';

comment on table ops.opt_out_ledger is 'Who opted out or said no to advertising, one row per person and day from which a release knew it so.';
comment on column ops.opt_out_ledger.person_id is 'Person';
comment on column ops.opt_out_ledger.valid_from is 'As-of date of the first release that knew it';
comment on column ops.opt_out_ledger.valid_to is 'As-of date of the first release that no longer did; empty while it holds';
comment on column ops.opt_out_ledger.status is 'opted_out, or denied where advertising was refused as such';
comment on column ops.opt_out_ledger.source is 'Where the word came from, and which system says so';
comment on column ops.opt_out_ledger.denied_on is 'Day it is of; empty where nobody wrote it';
comment on column ops.opt_out_ledger.release_id is 'Release that wrote the row';
