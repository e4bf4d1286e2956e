"""Calls, meetings, e-mails and responses: made for a range of companies at a time, in bursts and silences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import (
    DAY,
    blank,
    booleans,
    chance,
    dates,
    numbers,
    pick,
    repeat,
    switch,
    timestamps,
    weighted,
)
from abm_sandbox.world.ids import event_ids, hubspot_ids, salesforce_ids
from abm_sandbox.world.salesforce import account_serials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.campaigns import Campaigns
    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.people import People
    from abm_sandbox.world.streams import Streams

COMPANIES_A_CHUNK = 2_000
_SERIALS_A_CHUNK = 10_000_000  # room for the records of one chunk
_BURST_DAYS = 16.0
_EVENTS_PER_EMAIL = 1.37  # about half of those meant to get one have no address or said no
_SHARES = {"Task": 0.34, "Event": 0.08, "CampaignMember": 0.05, "email_events": 0.53}
_MINUTE = 60_000_000
_EMAIL_CAMPAIGNS = 40
_DEMO_RATE = 0.15  # of companies, times their fit
_DEMO_DAYS = 60.0
_BOARD_FROM = 500_000


@dataclass(frozen=True, eq=False)
class _Answers:
    """Who was in which campaign, with what they did and when."""

    person: NDArray[np.int64]
    campaign: NDArray[np.int64]
    responded: NDArray[np.bool_]
    day: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Activities:
    """Makes the activities of any chunk of companies, always the same ones for the same chunk."""

    streams: Streams
    companies: Companies
    people: People
    campaigns: Campaigns
    per_account: float

    @property
    def chunks(self) -> range:
        return range(-(-self.companies.count // COMPANIES_A_CHUNK))

    def tasks(self, chunk: int) -> pa.Table:
        """Make calls, e-mails and to-dos."""
        rng = self.streams.named("tasks", chunk)
        company, moment = self._moments(rng, chunk, "Task", self.companies.in_salesforce)
        return self.task_rows(rng, _serials(chunk, len(company)), company, moment)

    def task_rows(
        self,
        rng: np.random.Generator,
        serials: NDArray[np.int64],
        company: NDArray[np.int64],
        moment: NDArray[np.int64],
    ) -> pa.Table:
        subtype = weighted(rng, (50, 35, 15), len(company))
        is_open = (moment > (self.companies.today - 10) * DAY) & chance(rng, 0.3, len(company))
        seconds = np.round(rng.lognormal(5.4, 0.9, len(company)))
        return pa.table(
            {
                **self._related(rng, "Task", serials, company),
                "TaskSubtype": pick(("Email", "Call", "Task"), subtype),
                "Status": switch(is_open, "Not Started", repeat("Completed", len(company))),
                "ActivityDate": dates(moment // DAY),
                "CallDurationInSeconds": numbers(seconds, (subtype != 1) | is_open | chance(rng, 0.1, len(company))),
                **self._audit(rng, moment),
            }
        )

    def events(self, chunk: int) -> pa.Table:
        """Make meetings with their length."""
        rng = self.streams.named("events", chunk)
        company, moment = self._moments(rng, chunk, "Event", self.companies.in_salesforce)
        return self.event_rows(rng, _serials(chunk, len(company)), company, moment)

    def event_rows(
        self,
        rng: np.random.Generator,
        serials: NDArray[np.int64],
        company: NDArray[np.int64],
        moment: NDArray[np.int64],
    ) -> pa.Table:
        minutes = np.array([15, 30, 45, 60, 90, 240])[weighted(rng, (10, 40, 10, 30, 8, 2), len(company))]
        return pa.table(
            {
                **self._related(rng, "Event", serials, company),
                "EventSubtype": repeat("Event", len(company)),
                "ActivityDateTime": timestamps(moment // (15 * _MINUTE) * (15 * _MINUTE)),
                "DurationInMinutes": numbers(minutes, chance(rng, 0.03, len(company))),
                **self._audit(rng, moment),
            }
        )

    def campaign_members(self, chunk: int) -> pa.Table:
        """Say who was asked to which campaign, and who answered or came; nobody is in a campaign twice."""
        asked = self._asked(chunk)
        return pa.concat_tables([asked, self._came(chunk, asked.num_rows)])

    def _asked(self, chunk: int) -> pa.Table:
        rng = self.streams.named("campaign members", chunk)
        company, _ = self._moments(rng, chunk, "CampaignMember", self.companies.in_salesforce)
        person = self.people.draw(rng, company)
        campaign = rng.integers(0, self.campaigns.count, len(company))
        pair = np.unique((person * self.campaigns.count + campaign)[self._known_to_salesforce(person)])
        person, campaign = pair // self.campaigns.count, pair % self.campaigns.count
        fit = self.companies.fit[self.people.company[person]]
        responded = rng.random(len(pair)) < self.campaigns.response_rate(campaign) * (0.4 + 1.2 * fit)
        start, end = self.campaigns.start[campaign], np.minimum(self.campaigns.end[campaign], self.companies.today - 1)
        day = np.minimum(start + (rng.random(len(pair)) * (end - start + 1)).astype(np.int64), self.companies.today - 1)
        return self._members(rng, _serials(chunk, len(pair)), _Answers(person, campaign, responded, day))

    def _came(self, chunk: int, asked: int) -> pa.Table:
        """Let some people ask for a demo, most of them lately, and put people of large customers on a board."""
        rng = self.streams.named("standing campaign members", chunk)
        companies, in_chunk = self.companies, self._in_chunk(chunk)
        is_large = (companies.customer_years[in_chunk] > 1) & (companies.potential[in_chunk] >= _BOARD_FROM)
        wants = rng.random(len(in_chunk)) < _DEMO_RATE * companies.fit[in_chunk]
        company = np.concatenate([in_chunk[wants], in_chunk[is_large]])
        place = np.repeat([words.DEMO_REQUEST, words.ADVISORY_BOARD], [int(wants.sum()), int(is_large.sum())])
        person = self.people.draw(rng, company)
        age = np.minimum(rng.exponential(_DEMO_DAYS, len(company)), companies.age(company) * rng.random(len(company)))
        known = self._known_to_salesforce(person) & companies.in_salesforce[company]
        person, campaign, age = person[known], self.campaigns.standing(place)[known], age[known]
        came = _Answers(
            person, campaign, np.ones(len(person), dtype=np.bool_), companies.today - 1 - age.astype(np.int64)
        )
        return self._members(rng, _serials(chunk, asked + len(person))[asked:], came)

    def _members(self, rng: np.random.Generator, serials: NDArray[np.int64], answers: _Answers) -> pa.Table:
        person, count = answers.person, len(serials)
        is_contact = self.people.is_contact[person]
        return pa.table(
            {
                "Id": salesforce_ids("CampaignMember", serials),
                "CampaignId": salesforce_ids("Campaign", answers.campaign),
                "ContactId": salesforce_ids("Contact", np.where(is_contact, person, -1)),
                "LeadId": salesforce_ids("Lead", np.where(is_contact, -1, person)),
                "Status": switch(answers.responded, "Responded", repeat("Sent", count)),
                "HasResponded": booleans(answers.responded),
                "FirstRespondedDate": dates(answers.day, ~answers.responded),
                **self._audit(rng, answers.day * DAY + rng.integers(0, DAY, count)),
            }
        )

    def email_events(self, chunk: int) -> pa.Table:
        """Follow each e-mail: sent, then delivered or bounced, opened by people or bots, clicked."""
        rng = self.streams.named("email events", chunk)
        return self.email_rows(rng, *self._moments(rng, chunk, "email_events", self.companies.in_hubspot))

    def email_rows(self, rng: np.random.Generator, company: NDArray[np.int64], moment: NDArray[np.int64]) -> pa.Table:
        person = self.people.draw(rng, company)
        can_get = (person >= 0) & self.people.in_hubspot[person] & ~self.people.opted_out[person]
        can_get &= self.people.email.is_valid().to_numpy(zero_copy_only=False)[person]
        company, moment, person = company[can_get], moment[can_get], person[can_get]
        count = len(person)
        bounced = chance(rng, 0.03, count)
        liking = 0.15 + 0.35 * self.companies.fit[company]
        opened = ~bounced & (rng.random(count) < liking)
        by_bot = ~bounced & chance(rng, 0.12, count)
        clicked = opened & chance(rng, 0.18, count)
        every = np.ones(count, dtype=np.bool_)
        steps = (
            ("SENT", every, 0, False),
            ("DELIVERED", ~bounced, 1, False),
            ("BOUNCE", bounced, 1, False),
            ("OPEN", by_bot, 2, True),
            ("OPEN", opened, 600, False),
            ("CLICK", clicked, 640, False),
            ("CLICK", by_bot & chance(rng, 0.4, count), 2, True),
        )
        rows = np.concatenate([np.flatnonzero(mask) for _, mask, _, _ in steps])
        step = np.repeat(np.arange(len(steps)), [int(mask.sum()) for _, mask, _, _ in steps])
        latest = np.array([minutes for _, _, minutes, _ in steps])[step] * _MINUTE
        happened = moment[rows] + (latest * (0.5 + 0.5 * rng.random(len(rows)))).astype(np.int64)
        campaign = rng.integers(0, _EMAIL_CAMPAIGNS, count)[rows]
        return pa.table(
            {
                "id": event_ids(rng, len(rows)),
                "type": pick([name for name, _, _, _ in steps], step),
                "recipient": self.people.email.take(person[rows]),
                "emailCampaignId": hubspot_ids("email_campaigns", campaign),
                "filteredEvent": booleans(np.array([is_bot for _, _, _, is_bot in steps])[step]),
                "created": timestamps(np.minimum(happened, self.companies.today * DAY - _MINUTE)),
            }
        )

    def _moments(
        self, rng: np.random.Generator, chunk: int, kind: str, is_known: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw which company was active when: in working hours of days that crowd behind the start of a burst."""
        companies = self.companies
        in_chunk = self._in_chunk(chunk)
        rate = self.per_account * _SHARES[kind] / (_EVENTS_PER_EMAIL if kind == "email_events" else 1)
        # Companies the platform does not know leave their share to the others.
        rate *= companies.count / max(int(is_known.sum()), 1)
        company = np.repeat(in_chunk, rng.poisson(companies.intensity[in_chunk] * is_known[in_chunk] * rate))
        count = len(company)
        bursts = companies.burst_ages.shape[1]
        burst = (bursts * rng.random(count) ** 1.3).astype(np.int64)
        age = np.abs(companies.burst_ages[company, burst] - rng.exponential(_BURST_DAYS, count))
        day = companies.today - 1 - np.minimum(age, companies.age(company) * rng.random(count)).astype(np.int64)
        weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
        day -= np.maximum(weekday - 4, 0)
        return company, day * DAY + 7 * 60 * _MINUTE + rng.integers(0, 12 * 60 * _MINUTE, count)

    def _in_chunk(self, chunk: int) -> NDArray[np.int64]:
        first = chunk * COMPANIES_A_CHUNK
        return np.arange(first, min(first + COMPANIES_A_CHUNK, self.companies.count))

    def _related(
        self, rng: np.random.Generator, kind: str, serials: NDArray[np.int64], company: NDArray[np.int64]
    ) -> dict[str, Column]:
        person = self.people.draw(rng, company)
        account = salesforce_ids("Account", account_serials(self.companies, company, rng))
        is_contact = (person >= 0) & self.people.is_contact[person]
        is_lead = (person >= 0) & ~is_contact & self.people.is_lead[person]
        who = switch(
            is_contact,
            salesforce_ids("Contact", person),
            salesforce_ids("Lead", np.where(is_lead, person, -1)),
        )
        return {
            "Id": salesforce_ids(kind, serials),
            "WhoId": blank(chance(rng, 0.1, len(company)), who),
            # A task of a lead has no other relation.
            "WhatId": blank(is_lead, account),
            "AccountId": blank(is_lead, account),
            "OwnerId": salesforce_ids("User", self.companies.seller[company]),
        }

    def _known_to_salesforce(self, person: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (person >= 0) & (self.people.is_contact[person] | self.people.is_lead[person])

    def _audit(self, rng: np.random.Generator, moment: NDArray[np.int64]) -> dict[str, Column]:
        until = self.companies.today * DAY - _MINUTE
        later = moment + rng.exponential(2 * 60 * _MINUTE, len(moment)).astype(np.int64)
        return {
            "IsDeleted": booleans(chance(rng, 0.004, len(moment))),
            "CreatedDate": timestamps(np.minimum(moment, until)),
            "SystemModstamp": timestamps(np.minimum(later, until)),
        }


def _serials(chunk: int, count: int) -> NDArray[np.int64]:
    return chunk * _SERIALS_A_CHUNK + np.arange(count)
