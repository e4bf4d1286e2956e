"""What HubSpot holds of the world: much of the same companies and people, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world import spellings
from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import (
    DAY,
    blank,
    booleans,
    chance,
    join,
    numbers,
    pick,
    repeat,
    switch,
    timestamps,
)
from abm_sandbox.world.consents import hubspot_consents
from abm_sandbox.world.custom_fields import hubspot_fields
from abm_sandbox.world.ids import hubspot_ids
from abm_sandbox.world.pipeline import products
from abm_sandbox.world.salesforce import audit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.judgements import Judgements
    from abm_sandbox.world.people import People
    from abm_sandbox.world.pipeline import Pipeline
    from abm_sandbox.world.streams import Streams

_EARLY_STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead")


def _audit(
    rng: np.random.Generator,
    today: int,
    created_days: NDArray[np.int64],
    is_archived: NDArray[np.bool_],
    changed_from: NDArray[np.int64] | None = None,
) -> dict[str, Column]:
    columns = audit(rng, today, created_days, is_archived, changed_from)
    return {
        "archived": columns["IsDeleted"],
        "createdAt": columns["CreatedDate"],
        "updatedAt": columns["SystemModstamp"],
    }


def companies_table(streams: Streams, companies: Companies, pipeline: Pipeline, judgements: Judgements) -> pa.Table:
    company = np.flatnonzero(companies.in_hubspot)
    rng = streams.named("hubspot companies")
    count = len(company)
    country = companies.country[company]
    domain = companies.domain.take(company)
    parent = companies.parent[company]
    no_size = chance(rng, 0.05, count)
    dirty = switch(chance(rng, 0.03, count), join("www.", domain), domain)
    dirty = switch(chance(rng, 0.03, count), pc.utf8_upper(domain), dirty)
    return pa.table(
        {
            "id": hubspot_ids("companies", company),
            "name": spellings.company_names(rng, companies.name.take(company), 0.35),
            "domain": blank(chance(rng, 0.05, count), dirty),
            "website": spellings.websites(rng, domain, missing=0.3),
            "industry": blank(
                chance(rng, 0.1, count),
                pick([entry.hubspot for entry in words.INDUSTRIES], companies.industry[company]),
            ),
            "country": spellings.countries(rng, country),
            "city": spellings.cities(rng, country),
            "numberofemployees": numbers(
                # HubSpot's own enrichment is a little off.
                np.round(companies.employees[company] * np.exp(rng.normal(0, 0.1, count))).clip(1),
                no_size | chance(rng, 0.1, count),
            ),
            "annualrevenue": numbers(np.round(companies.revenue[company], -4), no_size | chance(rng, 0.25, count)),
            "lifecyclestage": _lifecycle_stages(rng, companies, pipeline, company),
            "hs_parent_company_id": hubspot_ids(
                "companies", np.where((parent >= 0) & companies.in_hubspot[parent], parent, -1)
            ),
            "hubspot_owner_id": blank(chance(rng, 0.1, count), hubspot_ids("owners", companies.seller[company])),
            **hubspot_fields(streams, judgements, company),
            **_audit(rng, companies.today, companies.first_seen[company], chance(rng, 0.012, count)),
        }
    )


def _lifecycle_stages(
    rng: np.random.Generator, companies: Companies, pipeline: Pipeline, company: NDArray[np.int64]
) -> Column:
    has_bought = np.zeros(companies.count, dtype=np.bool_)
    has_bought[pipeline.company[pipeline.is_won]] = True
    has_open = np.zeros(companies.count, dtype=np.bool_)
    has_open[pipeline.company[~pipeline.is_closed]] = True
    early = pick(_EARLY_STAGES, rng.integers(0, len(_EARLY_STAGES), len(company)))
    stage = switch(has_open[company], "opportunity", blank(chance(rng, 0.1, len(company)), early))
    return switch(has_bought[company], "customer", stage)


def contacts_table(streams: Streams, companies: Companies, people: People) -> pa.Table:
    person = np.flatnonzero(people.in_hubspot)
    company = people.company[person]
    rng = streams.named("hubspot contacts")
    count = len(person)
    at = person
    return pa.table(
        {
            "id": hubspot_ids("contacts", person),
            "email": pc.utf8_lower(people.email.take(at)),
            "firstname": people.given.take(at),
            "lastname": blank(chance(rng, 0.04, count), people.family.take(at)),
            "phone": blank(chance(rng, 0.4, count), people.phone.take(at)),
            "jobtitle": people.title.take(at),
            "country": spellings.countries(rng, companies.country[company]),
            "hs_buying_role": people.buying_role.take(at),
            "associatedcompanyid": hubspot_ids("companies", np.where(_is_linked(streams, people)[person], company, -1)),
            "hubspot_owner_id": blank(chance(rng, 0.2, count), hubspot_ids("owners", companies.seller[company])),
            "hs_email_optout": booleans(people.opted_out[person] & chance(rng, 0.8, count)),
            **hubspot_consents(streams, people, person),
            **_audit(rng, companies.today, people.first_seen[person], chance(rng, 0.015, count)),
        }
    )


def deals_table(streams: Streams, companies: Companies, pipeline: Pipeline) -> pa.Table:
    deal = np.flatnonzero(pipeline.in_hubspot)
    company, stage = pipeline.company[deal], pipeline.stage[deal]
    rng = streams.named("hubspot deals")
    country = companies.country[company]
    rate = np.array([entry.usd_rate for entry in words.COUNTRIES])[country]
    return pa.table(
        {
            "id": hubspot_ids("deals", deal),
            "dealname": join(companies.core.take(company), " deal"),
            "pipeline": repeat("default", len(deal)),
            "dealstage": pick([name for _, name, _ in words.STAGES], stage),
            "dealtype": pick(("newbusiness", "existingbusiness", "existingbusiness"), pipeline.kind[deal]),
            "amount": numbers(
                np.round(pipeline.amount[deal] * rate), (stage != words.WON) & chance(rng, 0.08, len(deal))
            ),
            "deal_currency_code": pick([entry.currency for entry in words.COUNTRIES], country),
            "closedate": timestamps(pipeline.closed[deal] * DAY),
            "hs_is_closed": booleans(stage >= words.OPEN_STAGES),
            "hs_is_closed_won": booleans(stage == words.WON),
            "hubspot_owner_id": hubspot_ids("owners", companies.seller[company]),
            "abm_product": products(streams, pipeline).take(deal),
            **_audit(
                rng,
                companies.today,
                pipeline.created[deal],
                chance(rng, 0.01, len(deal)),
                changed_from=np.where(stage >= words.OPEN_STAGES, pipeline.closed[deal], 0),
            ),
        }
    )


def deal_associations(pipeline: Pipeline) -> pa.Table:
    deal = np.flatnonzero(pipeline.in_hubspot)
    return _associations(
        hubspot_ids("deals", deal),
        hubspot_ids("companies", pipeline.company[deal]),
        np.ones(len(deal), dtype=np.bool_),
    )


def contact_associations(streams: Streams, companies: Companies, people: People) -> pa.Table:
    """Each contact's company, and for a few their company's parent beside it."""
    person = np.flatnonzero(people.in_hubspot & _is_linked(streams, people))
    company = people.company[person]
    parent = companies.parent[company]
    also = (parent >= 0) & companies.in_hubspot[parent] & chance(streams.named("second companies"), 0.1, len(person))
    return _associations(
        hubspot_ids("contacts", np.concatenate([person, person[also]])),
        hubspot_ids("companies", np.concatenate([company, parent[also]])),
        np.arange(len(person) + int(also.sum())) < len(person),
    )


def _is_linked(streams: Streams, people: People) -> NDArray[np.bool_]:
    """Mark the people that HubSpot knows the company of."""
    return ~chance(streams.named("unlinked contacts"), 0.08, people.count)


def _associations(from_ids: Column, to_ids: Column, is_primary: NDArray[np.bool_]) -> pa.Table:
    return pa.table({"from": from_ids, "to": to_ids, "primary": booleans(is_primary)})
