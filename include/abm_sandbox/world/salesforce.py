"""What Salesforce holds of the world: accounts, people and opportunities, with the dirt of years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world import spellings
from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import (
    DAY,
    blank,
    booleans,
    chance,
    dates,
    join,
    numbers,
    pick,
    repeat,
    switch,
    timestamps,
)
from abm_sandbox.world.consents import salesforce_consents
from abm_sandbox.world.custom_fields import salesforce_fields
from abm_sandbox.world.ids import salesforce_ids
from abm_sandbox.world.pipeline import products

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.judgements import Judgements
    from abm_sandbox.world.people import People
    from abm_sandbox.world.pipeline import Pipeline
    from abm_sandbox.world.streams import Streams

_KINDS = ("New Business", "Existing Business", "Renewal")
_LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")


def account_serials(
    companies: Companies, company: NDArray[np.int64], rng: np.random.Generator | None = None
) -> NDArray[np.int64]:
    """Return each company's Salesforce account; with a generator, some of those with a duplicate point to that one."""
    serials = np.where(companies.in_salesforce[company], company, -1)
    if rng is None:
        return serials
    duplicate = companies.duplicate[company]
    return np.where((duplicate >= 0) & chance(rng, 0.35, len(company)), duplicate, serials)


def audit(
    rng: np.random.Generator,
    today: int,
    created_days: NDArray[np.int64],
    is_deleted: NDArray[np.bool_],
    changed_from: NDArray[np.int64] | None = None,
) -> dict[str, Column]:
    """Give records the hour they were made at and a later one they last changed at, none after yesterday.

    `changed_from` names a day before which the last change cannot have been.
    """
    count = len(created_days)
    created = np.minimum(created_days, today - 1) * DAY + rng.integers(0, DAY // 2, count)
    earliest = created if changed_from is None else np.maximum(created, np.minimum(changed_from, today - 1) * DAY)
    changed = earliest + ((today * DAY - earliest) * rng.random(count) ** 2).astype(np.int64)
    return {
        "IsDeleted": booleans(is_deleted),
        "CreatedDate": timestamps(created),
        "SystemModstamp": timestamps(changed),
    }


def accounts(streams: Streams, companies: Companies, pipeline: Pipeline, judgements: Judgements) -> pa.Table:
    """First records of companies, then the duplicates some of them have."""
    first = np.flatnonzero(companies.in_salesforce)
    again = np.flatnonzero(companies.duplicate >= 0)
    company = np.concatenate([first, again])
    is_again = np.arange(len(company)) >= len(first)
    rng = streams.named("salesforce accounts")
    count = len(company)
    country = companies.country[company]
    parent = np.where(is_again, -1, companies.parent[company])
    parent_serials = np.where(parent >= 0, account_serials(companies, parent), -1)
    rate = np.array([entry.usd_rate for entry in words.COUNTRIES])[country]
    no_size = chance(rng, 0.04, count)
    return pa.table(
        {
            "Id": salesforce_ids("Account", np.where(is_again, companies.duplicate[company], company)),
            "Name": switch(
                is_again,
                spellings.company_names(rng, companies.name.take(company), 1.0),
                spellings.company_names(rng, companies.name.take(company), 0.1),
            ),
            "ParentId": salesforce_ids("Account", parent_serials),
            "OwnerId": salesforce_ids("User", companies.seller[company]),
            "Type": _types(rng, companies, pipeline, company),
            "Industry": blank(
                chance(rng, 0.06, count),
                pick([entry.salesforce for entry in words.INDUSTRIES], companies.industry[company]),
            ),
            "Website": spellings.websites(rng, companies.domain.take(company), missing=0.06),
            "BillingCity": spellings.cities(rng, country),
            "BillingCountry": spellings.countries(rng, country),
            "NumberOfEmployees": numbers(companies.employees[company], no_size | chance(rng, 0.08, count)),
            "AnnualRevenue": numbers(
                np.round(companies.revenue[company] * rate, -3), no_size | chance(rng, 0.12, count)
            ),
            "CurrencyIsoCode": pick([entry.currency for entry in words.COUNTRIES], country),
            **salesforce_fields(streams, companies, judgements, company),
            **audit(rng, companies.today, companies.first_seen[company], companies.is_deleted[company] & ~is_again),
        }
    )


def _types(rng: np.random.Generator, companies: Companies, pipeline: Pipeline, company: NDArray[np.int64]) -> Column:
    has_bought = np.zeros(companies.count, dtype=np.bool_)
    has_bought[pipeline.company[pipeline.is_won]] = True
    count = len(company)
    other = pick(("Technology Partner", "Competitor"), rng.integers(0, 2, count))
    kind = switch(chance(rng, 0.02, count), other, repeat("Prospect", count))
    kind = blank(chance(rng, 0.15, count), kind)
    return switch(has_bought[company], repeat("Customer - Direct", count), kind)


def contacts(streams: Streams, companies: Companies, people: People) -> pa.Table:
    person = np.flatnonzero(people.is_contact)
    company = people.company[person]
    rng = streams.named("salesforce contacts")
    count = len(person)
    at = person
    return pa.table(
        {
            "Id": salesforce_ids("Contact", person),
            "AccountId": salesforce_ids("Account", account_serials(companies, company, rng)),
            "OwnerId": salesforce_ids("User", companies.seller[company]),
            "Email": spellings.emails(rng, people.email.take(at)),
            "FirstName": blank(chance(rng, 0.03, count), people.given.take(at)),
            "LastName": people.family.take(at),
            "Phone": people.phone.take(at),
            "Title": people.title.take(at),
            "Department": people.department.take(at),
            "MailingCountry": blank(chance(rng, 0.3, count), spellings.countries(rng, companies.country[company])),
            # One system often learns of an opt-out before the other.
            "HasOptedOutOfEmail": booleans(people.opted_out[person] & chance(rng, 0.8, count)),
            **salesforce_consents(streams, people, person),
            **audit(
                rng,
                companies.today,
                people.first_seen[person],
                companies.is_deleted[company] | chance(rng, 0.01, count),
            ),
        }
    )


def leads(streams: Streams, companies: Companies, people: People) -> pa.Table:
    """People known as leads only, and the converted leads some contacts came from."""
    person = np.flatnonzero(people.is_lead | people.is_converted)
    company = people.company[person]
    converted = people.is_converted[person]
    rng = streams.named("salesforce leads")
    count = len(person)
    at, of = person, company
    return pa.table(
        {
            "Id": salesforce_ids("Lead", person),
            "ConvertedAccountId": salesforce_ids(
                "Account", np.where(converted, account_serials(companies, company), -1)
            ),
            "ConvertedContactId": salesforce_ids("Contact", np.where(converted, person, -1)),
            "OwnerId": salesforce_ids("User", companies.seller[company]),
            "Company": spellings.company_names(rng, companies.name.take(of), 0.4),
            "Email": spellings.emails(rng, people.email.take(at)),
            "FirstName": people.given.take(at),
            "LastName": people.family.take(at),
            "Title": people.title.take(at),
            "Website": spellings.websites(rng, companies.domain.take(of), missing=0.6),
            "Status": switch(
                converted,
                repeat("Closed - Converted", count),
                pick(_LEAD_STATUSES, rng.integers(0, len(_LEAD_STATUSES), count)),
            ),
            "Country": spellings.countries(rng, companies.country[company]),
            "IsConverted": booleans(converted),
            "HasOptedOutOfEmail": booleans(people.opted_out[person] & chance(rng, 0.8, count)),
            **salesforce_consents(streams, people, person),
            **audit(rng, companies.today, people.first_seen[person], chance(rng, 0.01, count)),
        }
    )


def opportunities(streams: Streams, companies: Companies, pipeline: Pipeline) -> pa.Table:
    deal = np.flatnonzero(~pipeline.in_hubspot)
    company, stage = pipeline.company[deal], pipeline.stage[deal]
    rng = streams.named("salesforce opportunities")
    count = len(deal)
    country = companies.country[company]
    rate = np.array([entry.usd_rate for entry in words.COUNTRIES])[country]
    kind = pick(_KINDS, pipeline.kind[deal])
    return pa.table(
        {
            "Id": salesforce_ids("Opportunity", deal),
            "AccountId": salesforce_ids("Account", account_serials(companies, company, rng)),
            "OwnerId": salesforce_ids("User", companies.seller[company]),
            "Name": join(companies.core.take(company), " - ", kind),
            "StageName": pick([name for name, _, _ in words.STAGES], stage),
            "Type": blank(chance(rng, 0.05, count), kind),
            "Amount": numbers(np.round(pipeline.amount[deal] * rate), (stage != words.WON) & chance(rng, 0.06, count)),
            "CurrencyIsoCode": pick([entry.currency for entry in words.COUNTRIES], country),
            "Probability": numbers(np.array([chances for _, _, chances in words.STAGES])[stage]),
            "IsWon": booleans(stage == words.WON),
            "IsClosed": booleans(stage >= words.OPEN_STAGES),
            "CloseDate": dates(pipeline.closed[deal]),
            "ABM_Product__c": products(streams, pipeline).take(deal),
            **audit(
                rng,
                companies.today,
                pipeline.created[deal],
                companies.is_deleted[company] | chance(rng, 0.005, count),
                changed_from=np.where(stage >= words.OPEN_STAGES, pipeline.closed[deal], 0),
            ),
        }
    )
