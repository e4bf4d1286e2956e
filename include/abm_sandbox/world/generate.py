"""One invented B2B world: what both CRMs hold about it on a day, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world import hubspot, salesforce
from abm_sandbox.world.activities import Activities
from abm_sandbox.world.campaigns import Campaigns, make_campaigns
from abm_sandbox.world.columns import numbers
from abm_sandbox.world.companies import Companies, make_companies
from abm_sandbox.world.ids import hubspot_ids, salesforce_ids
from abm_sandbox.world.judgements import Judgements, make_judgements
from abm_sandbox.world.people import People, make_people
from abm_sandbox.world.pipeline import Pipeline, make_pipeline
from abm_sandbox.world.staff import Staff, make_staff
from abm_sandbox.world.streams import Streams
from abm_sandbox.world.teams import account_team_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

PEOPLE_PER_ACCOUNT = 10.0
ACTIVITIES_PER_ACCOUNT = 40.0


@dataclass(frozen=True, eq=False)
class World:
    """Truth and records; `batches` makes the large tables piece by piece, `salesforce` and `hubspot` hold all."""

    streams: Streams
    today: date
    companies: Companies
    people: People
    pipeline: Pipeline
    judgements: Judgements
    staff: Staff
    campaigns: Campaigns
    activities: Activities

    @cached_property
    def salesforce(self) -> dict[str, pa.Table]:
        return {name: self.table("salesforce", name) for name in self._tables["salesforce"]}

    @cached_property
    def hubspot(self) -> dict[str, pa.Table]:
        return {name: self.table("hubspot", name) for name in self._tables["hubspot"]}

    def batches(self, platform: str, object_name: str) -> Iterator[pa.Table]:
        """Yield an object's records; activities come by ranges of accounts, so memory stays flat."""
        yield from self._tables[platform][object_name]()

    def table(self, platform: str, object_name: str) -> pa.Table:
        return pa.concat_tables(self.batches(platform, object_name))

    @cached_property
    def truth(self) -> pa.Table:
        """Which record is which company, and what only the world knows of it: fit and yearly potential in USD."""
        companies = self.companies
        first, again = np.flatnonzero(companies.in_salesforce), np.flatnonzero(companies.duplicate >= 0)
        also = np.flatnonzero(companies.in_hubspot)
        company = np.concatenate([first, again, also])
        sources = np.repeat(["salesforce", "hubspot"], [len(first) + len(again), len(also)])
        records = [
            salesforce_ids("Account", np.concatenate([first, companies.duplicate[again]])),
            hubspot_ids("companies", also),
        ]
        return pa.table(
            {
                "source": pa.array(sources.tolist(), pa.string()),
                "record_id": pa.concat_arrays(records),
                "company": pa.array(company),
                "domain": companies.domain.take(company),
                "fit": numbers(companies.fit[company]),
                "annual_potential": numbers(companies.potential[company]),
            }
        )

    @cached_property
    def _tables(self) -> dict[str, dict[str, Callable[[], Iterator[pa.Table]]]]:
        known = (self.streams, self.companies)
        return {
            "salesforce": {
                "Account": lambda: iter([salesforce.accounts(*known, self.pipeline, self.judgements)]),
                "AccountTeamMember": lambda: iter([account_team_members(*known, self.staff)]),
                "Contact": lambda: iter([salesforce.contacts(*known, self.people)]),
                "Lead": lambda: iter([salesforce.leads(*known, self.people)]),
                "Opportunity": lambda: iter([salesforce.opportunities(*known, self.pipeline)]),
                "Task": lambda: map(self.activities.tasks, self.activities.chunks),
                "Event": lambda: map(self.activities.events, self.activities.chunks),
                "Campaign": lambda: iter([self.campaigns.table(self.streams)]),
                "CampaignMember": lambda: map(self.activities.campaign_members, self.activities.chunks),
                "User": lambda: iter([self.staff.users()]),
            },
            "hubspot": {
                "companies": lambda: iter([hubspot.companies_table(*known, self.pipeline, self.judgements)]),
                "contacts": lambda: iter([hubspot.contacts_table(*known, self.people)]),
                "deals": lambda: iter([hubspot.deals_table(*known, self.pipeline)]),
                "owners": lambda: iter([self.staff.owners()]),
                "deals/companies": lambda: iter([hubspot.deal_associations(self.pipeline)]),
                "contacts/companies": lambda: iter([hubspot.contact_associations(*known, self.people)]),
                "email_events": lambda: map(self.activities.email_events, self.activities.chunks),
            },
        }


def generate(
    seed: int,
    accounts: int,
    today: date,
    *,
    people_per_account: float = PEOPLE_PER_ACCOUNT,
    activities_per_account: float = ACTIVITIES_PER_ACCOUNT,
) -> World:
    """Make the world as it stands in the night to `today`: its last records are of the day before."""
    streams = Streams(seed)
    companies = make_companies(streams, accounts, today)
    people = make_people(streams, companies, people_per_account)
    campaigns = make_campaigns(streams, accounts, companies.today)
    return World(
        streams=streams,
        today=today,
        companies=companies,
        people=people,
        pipeline=make_pipeline(streams, companies),
        judgements=make_judgements(streams, companies),
        staff=make_staff(streams, companies),
        campaigns=campaigns,
        activities=Activities(streams, companies, people, campaigns, activities_per_account),
    )
