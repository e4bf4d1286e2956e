-- What stands in `ops`, in the words of those who read it: \d+ and every catalogue show these.
comment on table ops.audience_forecasts is 'What each plan expected of an audience, one row per run and audience.';
comment on column ops.audience_forecasts.run_id is 'Run';
comment on column ops.audience_forecasts.destination is 'Platform';
comment on column ops.audience_forecasts.audience is 'Name of the audience';
comment on column ops.audience_forecasts.style is 'Style whose accounts are in it';
comment on column ops.audience_forecasts.members is 'Members the release wants in it';
comment on column ops.audience_forecasts.clusters is 'Clusters of 1:Few that its members belong to';
comment on column ops.audience_forecasts.people_per_member is 'People expected for each member; empty where nothing is known of the platform';
comment on column ops.audience_forecasts.learned_from is 'Members whose size was read back, from which it was learned';
comment on column ops.audience_forecasts.expected_size is 'People expected';
comment on column ops.audience_forecasts.minimum is 'People without whom it does not serve';
comment on column ops.audience_forecasts.decision is 'send, merge_clusters, company_list, skip, keep or clear';
comment on column ops.audience_forecasts.reason is 'Why, in a sentence';
comment on column ops.audience_forecasts.planned_at is 'When it was planned';

comment on table ops.audience_sizes is 'Sizes of audiences over time, one row per platform, audience and day.';
comment on column ops.audience_sizes.destination is 'Platform';
comment on column ops.audience_sizes.audience is 'Name of the audience';
comment on column ops.audience_sizes.read_on is 'Day it was read';
comment on column ops.audience_sizes.read_at is 'When it was read last on that day';
comment on column ops.audience_sizes.remote_id is 'The platform''s own id of it';
comment on column ops.audience_sizes.status is 'Its state in the platform''s own word';
comment on column ops.audience_sizes.members is 'Members the platform had acknowledged by then';
comment on column ops.audience_sizes.audience_size is 'People in it, as the platform counts them';
comment on column ops.audience_sizes.matched_count is 'Members the platform recognised';
comment on column ops.audience_sizes.match_rate is 'Share of the members that the platform recognised, from 0 to 1';
comment on column ops.audience_sizes.style is 'Style whose accounts were in it when it was last planned';
comment on column ops.audience_sizes.expected_size is 'People expected when it was last planned';
comment on column ops.audience_sizes.minimum is 'People without whom it does not serve';

comment on table ops.build_context is 'What the nightly build computes for: one row, replaced when a build starts.';
comment on column ops.build_context.only_row is 'Always true: keeps the table to one row';
comment on column ops.build_context.release_id is 'Release the build prepares';
comment on column ops.build_context.as_of_date is 'Day the build looks from';
comment on column ops.build_context.policy_version is 'Policy the build follows';
comment on column ops.build_context.started_at is 'When the build was started';
comment on column ops.build_context.is_review is 'Whether base styles are reviewed, and so may move';

comment on table ops.check_results is 'What each check found, one row per run and expectation; figures only, never a value of a row.';
comment on column ops.check_results.run_id is 'Load or release that was checked';
comment on column ops.check_results.check_name is 'What was checked: a source''s landing, or the candidate';
comment on column ops.check_results.subject is 'Table or figure it looked at';
comment on column ops.check_results.expectation is 'Rule of Great Expectations that was asked';
comment on column ops.check_results.severity is 'stop (holds the step back) or warn (only tells)';
comment on column ops.check_results.success is 'Whether it holds';
comment on column ops.check_results.observed is 'What was found';
comment on column ops.check_results.expected is 'What was expected';
comment on column ops.check_results.description is 'The expectation in words';
comment on column ops.check_results.checked_at is 'When it was checked';

comment on table ops.field_edits is 'Values that people wrote over ours in a CRM, one row per field and edit; those that have no end are in force.';
comment on column ops.field_edits.destination is 'CRM';
comment on column ops.field_edits.object_key is 'Record there';
comment on column ops.field_edits.field is 'Our name of the field';
comment on column ops.field_edits.platform_field is 'The CRM''s name of it';
comment on column ops.field_edits.written is 'What we wrote last; empty: nothing';
comment on column ops.field_edits.found is 'What stood there; empty where the field was emptied, or holds prose, which is not kept';
comment on column ops.field_edits.found_digest is 'Digest of what stood there';
comment on column ops.field_edits.decision is 'respected, restored (ours was put back) or reported';
comment on column ops.field_edits.since is 'Night on which it was found';
comment on column ops.field_edits.found_at is 'When it was found';
comment on column ops.field_edits.decided_at is 'When it was decided what to do';
comment on column ops.field_edits.ends_on is 'Day from which the field is ours again; empty: no day is set';
comment on column ops.field_edits.times is 'How often in a row the same value was found after ours was put back';
comment on column ops.field_edits.ended_at is 'When it was over; empty while it holds';

comment on table ops.input_ledger is 'What each decision was made from, one row per account and day it began.';
comment on column ops.input_ledger.account_id is 'Account';
comment on column ops.input_ledger.valid_from is 'First day';
comment on column ops.input_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.input_ledger.value_band is 'Band of the potential';
comment on column ops.input_ledger.annual_potential is 'Yearly potential in the policy''s currency';
comment on column ops.input_ledger.potential_method is 'How the potential was found';
comment on column ops.input_ledger.account_score is 'Account score in whole points';
comment on column ops.input_ledger.revenue_potential_score is 'Revenue potential score in whole points';
comment on column ops.input_ledger.strategic_fit_score is 'Strategic fit score in whole points';
comment on column ops.input_ledger.influence_score is 'Influence score in whole points';
comment on column ops.input_ledger.engagement_score is 'Engagement score in whole points';
comment on column ops.input_ledger.cltv_score is 'Customer lifetime value score in whole points';
comment on column ops.input_ledger.is_customer is 'Whether the account was a customer';
comment on column ops.input_ledger.proposed_style is 'Style a review would have given';
comment on column ops.input_ledger.reason_code is 'Why the account had its style, as a code';
comment on column ops.input_ledger.reason is 'Why, as a sentence without ranks';
comment on column ops.input_ledger.score_reasons is 'Reasons of the score';
comment on column ops.input_ledger.policy_version is 'Policy it was decided by';
comment on column ops.input_ledger.release_id is 'Release that recorded it';

comment on table ops.landing_batches is 'What each source delivered, one row per load and kind of record.';
comment on column ops.landing_batches.batch_id is 'Load';
comment on column ops.landing_batches.source is 'Source, such as salesforce';
comment on column ops.landing_batches.entity is 'Kind of record, such as accounts';
comment on column ops.landing_batches.is_full is 'Whether all records were delivered, not only what changed';
comment on column ops.landing_batches.status is 'staged (arrived), merged (landed), held (its checks failed) or abandoned';
comment on column ops.landing_batches.rows_staged is 'Records that arrived';
comment on column ops.landing_batches.rows_inserted is 'Of these, new ones';
comment on column ops.landing_batches.rows_updated is 'Of these, changed ones';
comment on column ops.landing_batches.rows_deleted is 'Records that are gone at the source';
comment on column ops.landing_batches.rows_unchanged is 'Records that arrived and were known as they are';
comment on column ops.landing_batches.cursor_from is 'From where in the source''s changes it read';
comment on column ops.landing_batches.cursor_to is 'Up to where it read';
comment on column ops.landing_batches.staged_at is 'When it arrived';
comment on column ops.landing_batches.merged_at is 'When it landed';
comment on column ops.landing_batches.reason is 'Why it was held';

comment on table ops.lease_ledger is 'Temporary moves as published, one row per lease and day it took this form.';
comment on column ops.lease_ledger.lease_id is 'Lease';
comment on column ops.lease_ledger.valid_from is 'First day';
comment on column ops.lease_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.lease_ledger.account_id is 'Account';
comment on column ops.lease_ledger.style is 'Style it belongs to';
comment on column ops.lease_ledger.trigger is 'What caused it';
comment on column ops.lease_ledger.starts_on is 'First day';
comment on column ops.lease_ledger.ends_on is 'Day on which it is over';
comment on column ops.lease_ledger.renewals is 'How often it was renewed';
comment on column ops.lease_ledger.release_id is 'Release that recorded it';

comment on table ops.micro_segment_ledger is 'Clusters of the accounts as published, one row per account and day it joined.';
comment on column ops.micro_segment_ledger.account_id is 'Account';
comment on column ops.micro_segment_ledger.valid_from is 'First day';
comment on column ops.micro_segment_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.micro_segment_ledger.micro_segment_id is 'Cluster';
comment on column ops.micro_segment_ledger.micro_segment_number is 'Number of the cluster among those of the same traits';
comment on column ops.micro_segment_ledger.industry is 'Industry the cluster shares; empty where it shares none';
comment on column ops.micro_segment_ledger.imperative is 'Imperative the cluster shares; empty where it shares none';
comment on column ops.micro_segment_ledger.marketer is 'Marketer who runs it';
comment on column ops.micro_segment_ledger.release_id is 'Release that recorded it';

comment on table ops.override_ledger is 'Overrides as published, one row per override and day it took this form.';
comment on column ops.override_ledger.override_id is 'Override';
comment on column ops.override_ledger.valid_from is 'First day';
comment on column ops.override_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.override_ledger.account_id is 'Account';
comment on column ops.override_ledger.style is 'Style it belongs to';
comment on column ops.override_ledger.kind is 'until, until_recalculated, permanent or manual_seat';
comment on column ops.override_ledger.author is 'Who said so';
comment on column ops.override_ledger.reason is 'Why';
comment on column ops.override_ledger.origin is 'file, crm or crm_edit';
comment on column ops.override_ledger.starts_on is 'First day';
comment on column ops.override_ledger.ends_on is 'Day on which it is over';
comment on column ops.override_ledger.release_id is 'Release that recorded it';
comment on column ops.override_ledger.source is 'CRM in which a person filled in or edited a field; empty for files';
comment on column ops.override_ledger.record_id is 'Record there';

comment on table ops.ownership_marks is 'Up to where edits and deletions were looked for, one row per CRM.';
comment on column ops.ownership_marks.destination is 'CRM';
comment on column ops.ownership_marks.edits_to is 'Landing up to which edits were looked for';
comment on column ops.ownership_marks.followed_to is 'Landing up to which deleted and merged records were followed';

comment on table ops.policy_activities is 'What an activity counts for, one row per policy version and activity type.';
comment on column ops.policy_activities.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_activities.activity_type is 'Canonical type of activity';
comment on column ops.policy_activities.minutes is 'Minutes it counts for where its length is unknown or does not count';
comment on column ops.policy_activities.use_duration is 'Whether its own length counts where known';
comment on column ops.policy_activities.half_life_days is 'Days after which it counts half';
comment on column ops.policy_activities.is_offline is 'Whether it happens away from digital channels';
comment on column ops.policy_activities.label is 'Name people see';

comment on table ops.policy_audiences is 'Names of the audiences, one row per policy version, destination and style.';
comment on column ops.policy_audiences.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_audiences.destination is 'Platform';
comment on column ops.policy_audiences.style is 'Style whose accounts are in it';
comment on column ops.policy_audiences.audience is 'Name of the audience on the platform';

comment on table ops.policy_currencies is 'Worth of one unit of each currency in the policy''s own, one row per policy version and currency.';
comment on column ops.policy_currencies.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_currencies.currency_code is 'Currency, ISO 4217';
comment on column ops.policy_currencies.rate is 'Worth of one unit in the policy''s currency';

comment on table ops.policy_experiments is 'Tests on accounts, one row per policy version and experiment.';
comment on column ops.policy_experiments.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_experiments.experiment is 'Stable name of the experiment';
comment on column ops.policy_experiments.label is 'What reasons call it';
comment on column ops.policy_experiments.style is 'Style it belongs to';
comment on column ops.policy_experiments.design is 'holdout or stepped';
comment on column ops.policy_experiments.holdout_share is 'Share of accounts held out';
comment on column ops.policy_experiments.step_days is 'Days between steps';
comment on column ops.policy_experiments.clusters_per_step is 'Clusters that start with each step';
comment on column ops.policy_experiments.baseline_rate is 'Share of accounts expected to respond anyway';
comment on column ops.policy_experiments.detectable_lift is 'Relative lift that must not be missed';
comment on column ops.policy_experiments.starts_on is 'First day';
comment on column ops.policy_experiments.ends_on is 'Day on which it is over';

comment on table ops.policy_factors is 'Weights of the five factors of the account score, one row per policy version and factor.';
comment on column ops.policy_factors.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_factors.factor is 'Name of the factor';
comment on column ops.policy_factors.weight is 'Its weight in the weighted mean';

comment on table ops.policy_fields is 'Field map, one row per policy version, destination and field.';
comment on column ops.policy_fields.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_fields.destination is 'Platform';
comment on column ops.policy_fields.field is 'Our name of the field';
comment on column ops.policy_fields.platform_field is 'The platform''s name of it';

comment on table ops.policy_marketers is 'Marketers of each style and what they carry, one row per policy version, style and marketer.';
comment on column ops.policy_marketers.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_marketers.style is 'Style it belongs to';
comment on column ops.policy_marketers.marketer is 'Name of the marketer''s place in the team';
comment on column ops.policy_marketers.seniority is 'junior, regular or senior';
comment on column ops.policy_marketers.accounts is 'Accounts the marketer covers';
comment on column ops.policy_marketers.clusters is 'Clusters the marketer runs; empty where the style has none';

comment on table ops.policy_mqa_thresholds is 'Depth and breadth that qualify an account, one row per policy version, style and company size.';
comment on column ops.policy_mqa_thresholds.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_mqa_thresholds.style is 'Style it belongs to';
comment on column ops.policy_mqa_thresholds.employees_from is 'Employees from which it applies';
comment on column ops.policy_mqa_thresholds.employees_below is 'Employees below which it applies; empty: no top';
comment on column ops.policy_mqa_thresholds.minutes is 'Weighted minutes';
comment on column ops.policy_mqa_thresholds.people is 'Active people';

comment on table ops.policy_pilot_domains is 'Domains of the pilot accounts, one row per policy version and domain.';
comment on column ops.policy_pilot_domains.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_pilot_domains.domain is 'Domain of the account';

comment on table ops.policy_profiles is 'Rules of the ideal customer profiles, one row per policy version, profile, attribute and value.';
comment on column ops.policy_profiles.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_profiles.profile is 'Name of the profile';
comment on column ops.policy_profiles.attribute is 'Attribute of the account the rule looks at';
comment on column ops.policy_profiles.value_text is 'Text it must be equal to';
comment on column ops.policy_profiles.value_from is 'Number it must reach, inclusive';
comment on column ops.policy_profiles.value_below is 'Number it must stay below, exclusive';
comment on column ops.policy_profiles.points is 'Points it gives';

comment on table ops.policy_programme_rules is 'What the accounts of a programme have in common, one row per policy version, rule and value.';
comment on column ops.policy_programme_rules.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_programme_rules.programme is 'Stable name of the programme';
comment on column ops.policy_programme_rules.attribute is 'Attribute that is looked at';
comment on column ops.policy_programme_rules.value_text is 'Text that matches';
comment on column ops.policy_programme_rules.value_from is 'Number from which it matches';
comment on column ops.policy_programme_rules.value_below is 'Number below which it matches';

comment on table ops.policy_programmes is 'Time-boxed 1:Few programmes, one row per policy version and programme.';
comment on column ops.policy_programmes.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_programmes.programme is 'Stable name of the programme';
comment on column ops.policy_programmes.label is 'What reasons call it';
comment on column ops.policy_programmes.priority is '1 is the most urgent';
comment on column ops.policy_programmes.starts_on is 'First day';
comment on column ops.policy_programmes.ends_on is 'Day on which it is over';
comment on column ops.policy_programmes.seats is 'Seats it may borrow';

comment on table ops.policy_seniorities is 'What a person''s activity counts for, one row per policy version and seniority.';
comment on column ops.policy_seniorities.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_seniorities.seniority is 'Canonical seniority';
comment on column ops.policy_seniorities.multiplier is 'Factor on the minutes';

comment on table ops.policy_settings is 'Single values of each policy, one row per policy version and setting.';
comment on column ops.policy_settings.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_settings.setting is 'Path of the setting in policy.yml, such as engagement.window_days';
comment on column ops.policy_settings.value_text is 'Its value, where it is text';
comment on column ops.policy_settings.value_number is 'Its value, where it is a number';
comment on column ops.policy_settings.value_boolean is 'Its value, where it is yes or no';

comment on table ops.policy_styles is 'Styles as each policy has them, one row per policy version and style.';
comment on column ops.policy_styles.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_styles.style is 'Canonical name of the style';
comment on column ops.policy_styles.style_rank is '1 for the highest style';
comment on column ops.policy_styles.label is 'Name people see';
comment on column ops.policy_styles.is_enabled is 'Whether the style is used';
comment on column ops.policy_styles.potential_from is 'Lower edge of its band of yearly potential, inclusive';
comment on column ops.policy_styles.potential_below is 'Upper edge of its band, exclusive';
comment on column ops.policy_styles.seats is 'Accounts that can be supported; empty for no limit';
comment on column ops.policy_styles.spend_low is 'Least yearly spend per account';
comment on column ops.policy_styles.spend_high is 'Most yearly spend per account';
comment on column ops.policy_styles.planned_spend is 'Planned yearly spend per account';
comment on column ops.policy_styles.audience_enabled is 'Whether accounts of the style enter advertising audiences';
comment on column ops.policy_styles.lease_reserve is 'Seats that only temporary moves may take';
comment on column ops.policy_styles.manual_seats is 'Seats that people may fill by hand';
comment on column ops.policy_styles.needs_team is 'always, when_recorded or never; whether an account enters only with its team complete';
comment on column ops.policy_styles.needs_sales_sign_off is 'Whether an account enters only when sales has signed it off';
comment on column ops.policy_styles.needs_marketing_sign_off is 'Whether an account enters only when marketing has signed it off';
comment on column ops.policy_styles.lease_style is 'Higher style that a qualified account is leased to; empty where none is';
comment on column ops.policy_styles.seats_per_marketer is 'Seats that one more marketer would add; empty where people do not limit the style';
comment on column ops.policy_styles.seats_ceiling is 'Seats that budget and limit allow, however many marketers there are; empty for no limit';

comment on table ops.policy_suppressed_domains is 'Domains that never enter an audience, one row per policy version and domain.';
comment on column ops.policy_suppressed_domains.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_suppressed_domains.domain is 'Domain';
comment on column ops.policy_suppressed_domains.reason is 'Why it is suppressed';

comment on table ops.policy_team_roles is 'Roles that the team of an account of the style must have filled, one row per policy version, style and role.';
comment on column ops.policy_team_roles.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_team_roles.style is 'Style it belongs to';
comment on column ops.policy_team_roles.team_role is 'Role, in comparable text';

comment on table ops.policy_triggers is 'What qualifies an account at once, one row per policy version and trigger.';
comment on column ops.policy_triggers.policy_version is 'Version of the policy it belongs to';
comment on column ops.policy_triggers.trigger_name is 'Stable name of the trigger';
comment on column ops.policy_triggers.label is 'What reasons call it';
comment on column ops.policy_triggers.priority is '1 is the most urgent';
comment on column ops.policy_triggers.activity_type is 'Kind of activity';
comment on column ops.policy_triggers.activities is 'How many activities it takes';
comment on column ops.policy_triggers.people is 'Active people';
comment on column ops.policy_triggers.window_days is 'Within how many days';

comment on table ops.policy_versions is 'Every policy that decided something, one row per version.';
comment on column ops.policy_versions.policy_version is 'Version: a digest of the policy';
comment on column ops.policy_versions.document is 'The whole policy as it was read';
comment on column ops.policy_versions.stored_at is 'When it was first used';

comment on table ops.qualification_ledger is 'Marketing qualified accounts as published, one row per account, rule and day it began.';
comment on column ops.qualification_ledger.account_id is 'Account';
comment on column ops.qualification_ledger.rule is 'Rule or trigger that held';
comment on column ops.qualification_ledger.valid_from is 'First day';
comment on column ops.qualification_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.qualification_ledger.qualified_on is 'Day it qualified';
comment on column ops.qualification_ledger.minutes is 'Weighted minutes';
comment on column ops.qualification_ledger.people is 'Active people';
comment on column ops.qualification_ledger.sales_answer is 'accepted or rejected; empty: no answer yet';
comment on column ops.qualification_ledger.sales_reason is 'Why sales said so';
comment on column ops.qualification_ledger.release_id is 'Release that recorded it';

comment on table ops.rate_limits is 'What each platform''s credential has used of its allowance, one row per platform and credential.';
comment on column ops.rate_limits.platform is 'Platform';
comment on column ops.rate_limits.credential is 'Digest of the credential; nothing else is kept of it';
comment on column ops.rate_limits.book is 'Requests by window, and what the platform told of its limits';
comment on column ops.rate_limits.paused_until is 'Nobody asks the platform before this moment';
comment on column ops.rate_limits.changed_at is 'When it changed last';

comment on table ops.releases is 'Releases of the marts, one row per build; one of them is live.';
comment on column ops.releases.release_id is 'Release';
comment on column ops.releases.as_of_date is 'Day it was computed for';
comment on column ops.releases.policy_version is 'Policy it follows';
comment on column ops.releases.status is 'building, held (waits for a person or a mended build), rejected, published (live) or superseded (was live)';
comment on column ops.releases.started_at is 'When its build began';
comment on column ops.releases.decided_at is 'When it was held, rejected or published';
comment on column ops.releases.decided_by is 'Who decided: a person, or what let it pass';
comment on column ops.releases.reason is 'Why it was held or rejected';
comment on column ops.releases.published_at is 'When it went live';
comment on column ops.releases.accounts is 'Accounts in it';
comment on column ops.releases.accounts_changed is 'Accounts whose style differs from the release before';
comment on column ops.releases.digest is 'Digest of its decisions; two releases with the same one decide the same';
comment on column ops.releases.is_review is 'Whether it is a review, in which base styles may move';

comment on table ops.source_cursors is 'How far each source has been read, one row per source and kind of record; deleting a row reads all of it again.';
comment on column ops.source_cursors.source is 'Source';
comment on column ops.source_cursors.entity is 'Kind of record';
comment on column ops.source_cursors.cursor_value is 'Up to where it was read, in the source''s own terms';
comment on column ops.source_cursors.moved_at is 'When it got there';

comment on table ops.style_ledger is 'Style of each account over time as published, one row per account and day it began.';
comment on column ops.style_ledger.account_id is 'Account';
comment on column ops.style_ledger.effective_style is 'Style the account was treated with';
comment on column ops.style_ledger.base_style is 'Style without temporary moves';
comment on column ops.style_ledger.valid_from is 'First day';
comment on column ops.style_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.style_ledger.reason_code is 'Why, as a code';
comment on column ops.style_ledger.reason is 'Why, as a sentence';
comment on column ops.style_ledger.policy_version is 'Policy it was decided by';
comment on column ops.style_ledger.release_id is 'Release that set the style';

comment on table ops.sync_approvals is 'Who approved which plan that was past its budget, one row per run.';
comment on column ops.sync_approvals.run_id is 'Run';
comment on column ops.sync_approvals.plan_digest is 'Digest of the plan the person saw';
comment on column ops.sync_approvals.approved_by is 'Who approved it';
comment on column ops.sync_approvals.approved_at is 'When';

comment on table ops.sync_audiences is 'Audiences as their platforms know them, one row per platform and audience.';
comment on column ops.sync_audiences.destination is 'Platform';
comment on column ops.sync_audiences.audience is 'Name of the audience';
comment on column ops.sync_audiences.remote_id is 'The platform''s own id of it';
comment on column ops.sync_audiences.status is 'Its state in the platform''s own word';
comment on column ops.sync_audiences.audience_size is 'People in it, as the platform counts them';
comment on column ops.sync_audiences.matched_count is 'Members the platform recognised';
comment on column ops.sync_audiences.created_at is 'When it was made';
comment on column ops.sync_audiences.read_at is 'When the platform was asked last';
comment on column ops.sync_audiences.match_rate is 'Share of the members that the platform recognised, from 0 to 1';

comment on table ops.sync_changes is 'Planned rows and what became of each, one row per run and record or member.';
comment on column ops.sync_changes.run_id is 'Run';
comment on column ops.sync_changes.destination is 'Platform';
comment on column ops.sync_changes.object_key is 'The record''s id there, or audience and member with a slash between';
comment on column ops.sync_changes.operation is 'create, update or remove';
comment on column ops.sync_changes.payload is 'Fields or identifiers to send';
comment on column ops.sync_changes.payload_hash is 'Digest of these';
comment on column ops.sync_changes.outcome is 'created, updated, removed, unchanged, refused, failed or held; empty until it is sent';
comment on column ops.sync_changes.reason_code is 'The platform''s or our own code of the reason';
comment on column ops.sync_changes.reason is 'What the platform said, in its own words';
comment on column ops.sync_changes.attempts is 'How often it was sent in this run';
comment on column ops.sync_changes.planned_at is 'When it was planned';
comment on column ops.sync_changes.finished_at is 'When it got its outcome';
comment on column ops.sync_changes.left_alone is 'Our fields that are not sent because a person''s edit of them is respected';

comment on table ops.sync_failures is 'Rows that met a passing fault, one row per record or member; each comes again by itself. Deleting a row lets the next plan try it at once.';
comment on column ops.sync_failures.destination is 'Platform';
comment on column ops.sync_failures.object_key is 'The record''s id there, or audience and member with a slash between';
comment on column ops.sync_failures.operation is 'create, update or remove';
comment on column ops.sync_failures.payload_hash is 'Digest of the content that failed';
comment on column ops.sync_failures.reason_code is 'The platform''s code of the reason';
comment on column ops.sync_failures.reason is 'What the platform said, in its own words';
comment on column ops.sync_failures.attempts is 'In how many runs in a row this content failed';
comment on column ops.sync_failures.failed_on is 'Day it failed last';
comment on column ops.sync_failures.next_attempt_on is 'Day from which it is planned again';
comment on column ops.sync_failures.run_id is 'Run in which it failed last';

comment on table ops.sync_findings is 'Limits that a plan exceeds, one row per limit.';
comment on column ops.sync_findings.run_id is 'Run';
comment on column ops.sync_findings.finding is 'Number of the finding in its run';
comment on column ops.sync_findings.policy_key is 'Limit in the policy';
comment on column ops.sync_findings.audience is 'Audience it is about; empty for all of the destination';
comment on column ops.sync_findings.field is 'Field it is about; empty for all';
comment on column ops.sync_findings.told is 'What was found against the limit';

comment on table ops.sync_refusals is 'What a platform does not take, one row per record or member; not sent again until its content changes. Deleting a row lets the next plan try it.';
comment on column ops.sync_refusals.destination is 'Platform';
comment on column ops.sync_refusals.object_key is 'The record''s id there, or audience and member with a slash between';
comment on column ops.sync_refusals.operation is 'create, update or remove';
comment on column ops.sync_refusals.payload_hash is 'Digest of the content it refused';
comment on column ops.sync_refusals.reason_code is 'The platform''s code of the reason';
comment on column ops.sync_refusals.run_id is 'Run in which it refused';
comment on column ops.sync_refusals.refused_at is 'When it refused';
comment on column ops.sync_refusals.reason is 'What the platform said, in its own words';

comment on view ops.sync_row_states is 'Where each planned row stands, one row per run and record or member.';
comment on column ops.sync_row_states.run_id is 'Run';
comment on column ops.sync_row_states.destination is 'Platform';
comment on column ops.sync_row_states.object_key is 'The record''s id there, or audience and member with a slash between';
comment on column ops.sync_row_states.operation is 'create, update or remove';
comment on column ops.sync_row_states.state is 'planned, sent (its batch was announced, and no answer is recorded), acknowledged, refused, failed or held';
comment on column ops.sync_row_states.outcome is 'created, updated, removed, unchanged, refused, failed or held; empty until it is sent';
comment on column ops.sync_row_states.reason_code is 'The platform''s or our own code of the reason';
comment on column ops.sync_row_states.reason is 'What the platform said, in its own words';
comment on column ops.sync_row_states.attempts is 'How often it was sent in this run';
comment on column ops.sync_row_states.planned_at is 'When it was planned';
comment on column ops.sync_row_states.finished_at is 'When it got its outcome';

comment on table ops.sync_runs is 'Runs of the destinations, one row per plan.';
comment on column ops.sync_runs.run_id is 'Run';
comment on column ops.sync_runs.destination is 'Platform';
comment on column ops.sync_runs.release_id is 'Release it was planned from';
comment on column ops.sync_runs.status is 'planned, sending, finished, held, failed, abandoned (a later plan took its place) or dry_run';
comment on column ops.sync_runs.is_dry_run is 'Whether it was only planned, to be looked at';
comment on column ops.sync_runs.rows_desired is 'Rows the release wants the platform to hold';
comment on column ops.sync_runs.rows_planned is 'Rows that were to change';
comment on column ops.sync_runs.rows_unchanged is 'Rows not planned because nothing differed';
comment on column ops.sync_runs.rows_withheld is 'Rows not planned because the platform refused the same content before, or they wait for their next attempt';
comment on column ops.sync_runs.rows_acknowledged is 'Rows the platform had acknowledged when it was planned';
comment on column ops.sync_runs.sent_to is 'Every row but a removal up to this key may have been sent';
comment on column ops.sync_runs.planned_at is 'When it was planned';
comment on column ops.sync_runs.finished_at is 'When it ended';
comment on column ops.sync_runs.guard_reason is 'Why it was held';
comment on column ops.sync_runs.removed_to is 'Every removal up to this key may have been sent';

comment on table ops.sync_state is 'What each platform has acknowledged to hold, one row per record or member.';
comment on column ops.sync_state.destination is 'Platform';
comment on column ops.sync_state.object_key is 'The record''s id there, or audience and member with a slash between';
comment on column ops.sync_state.payload_hash is 'Digest of what it acknowledged; empty where that is uncertain, because something was sent and no answer was recorded';
comment on column ops.sync_state.payload is 'Fields or identifiers it acknowledged';
comment on column ops.sync_state.remote_id is 'The platform''s own id, where it gives one';
comment on column ops.sync_state.acknowledged_at is 'When it acknowledged it';
comment on column ops.sync_state.run_id is 'Run that sent it';
comment on column ops.sync_state.doubts is 'What was sent since and never answered for; a member may be known by any of these too';

comment on view ops.sync_styles is 'Style that each CRM record was last acknowledged to have, one row per platform and record.';
comment on column ops.sync_styles.destination is 'CRM';
comment on column ops.sync_styles.object_key is 'Record there';
comment on column ops.sync_styles.style is 'Style that it acknowledged';
comment on column ops.sync_styles.acknowledged_at is 'When it did';

comment on table ops.sync_verdicts is 'What may be done with a run''s plan, one row per run that was judged.';
comment on column ops.sync_verdicts.run_id is 'Run';
comment on column ops.sync_verdicts.decision is 'send, approve (a person has to) or stop';
comment on column ops.sync_verdicts.plan_digest is 'Digest of the plan that was judged; only this one is sent';
comment on column ops.sync_verdicts.policy_version is 'Policy it was judged by';
comment on column ops.sync_verdicts.told is 'Why, in a sentence';
comment on column ops.sync_verdicts.summary is 'What the person who approves reads: counts and examples by key';
comment on column ops.sync_verdicts.judged_at is 'When it was judged';

comment on table ops.wave_ledger is 'Rotation waves of the accounts as published, one row per account and day its wave began.';
comment on column ops.wave_ledger.account_id is 'Account';
comment on column ops.wave_ledger.valid_from is 'First day';
comment on column ops.wave_ledger.valid_to is 'Day from which it no longer held; empty while it lasts';
comment on column ops.wave_ledger.wave_id is 'Wave';
comment on column ops.wave_ledger.starts_on is 'First day';
comment on column ops.wave_ledger.ends_on is 'Day on which it is over';
comment on column ops.wave_ledger.release_id is 'Release that recorded it';
