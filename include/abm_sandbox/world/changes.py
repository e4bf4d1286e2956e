"""The next night's small changes: what a day of work leaves behind in both CRMs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import (
    DAY,
    booleans,
    chance,
    dates,
    day_number,
    join,
    numbers,
    pick,
    repeat,
    switch,
    timestamps,
)
from abm_sandbox.world.ids import salesforce_ids
from abm_sandbox.world.people import invent_names
from abm_sandbox.world.streams import Streams

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.generate import World

TOUCHED_SHARE = 0.01
_FIRST_SERIAL, _SERIALS_A_DAY = 10**12, 10**6


@dataclass(frozen=True)
class Changes:
    """Whole records as they stand after the day, new and changed ones, by platform and object."""

    salesforce: dict[str, pa.Table]
    hubspot: dict[str, pa.Table]


def generate_changes(world: World, seed: int, day: date) -> Changes:
    """Change about 1 % of the world's accounts in the 24 hours before `day`, which must lie after the world's today.

    New activities, deals one stage on, new contacts, opt-outs, deletions. Changes start from the world as it was made,
    so two days do not build on each other; the same seed and day give the same rows.
    """
    return _Day(world, Streams(seed), day_number(day)).changes()


class _Day:
    def __init__(self, world: World, streams: Streams, day: int) -> None:
        companies = world.companies
        self._world, self._streams, self._day = world, streams, day
        touched = max(1, round(companies.count * TOUCHED_SHARE))
        self._touched = np.sort(self._rng("touched").choice(companies.count, touched, replace=False))
        self._activities = replace(world.activities, companies=replace(companies, today=day))

    def changes(self) -> Changes:
        in_salesforce = self._touched[self._world.companies.in_salesforce[self._touched]]
        in_hubspot = self._touched[self._world.companies.in_hubspot[self._touched]]
        contacts = self._changed_contacts()
        rows = {
            "Task": self._activities.task_rows(*self._busy("tasks", np.repeat(in_salesforce, 3))),
            "Event": self._activities.event_rows(*self._busy("events", in_salesforce)),
            "Opportunity": self._moved_deals(),
            "Contact": pa.concat_tables([contacts, self._new_contacts(in_salesforce, contacts.schema)]),
        }
        rng, _, company, moment = self._busy("email events", np.repeat(in_hubspot, 3))
        return Changes(
            rows,
            {"contacts": self._changed_people(), "email_events": self._activities.email_rows(rng, company, moment)},
        )

    def _rng(self, name: str) -> np.random.Generator:
        return self._streams.named("changes", self._day, name)

    def _serials(self, count: int) -> NDArray[np.int64]:
        return _FIRST_SERIAL + self._day * _SERIALS_A_DAY + np.arange(count)

    def _moments(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        return (self._day - 1) * DAY + rng.integers(DAY // 4, DAY * 3 // 4, count)

    def _busy(
        self, name: str, company: NDArray[np.int64]
    ) -> tuple[np.random.Generator, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        rng = self._rng(name)
        return rng, self._serials(len(company)), company, self._moments(rng, len(company))

    def _moved_deals(self) -> pa.Table:
        """Move the open deals one stage on; those at the last one are won where the company fits."""
        pipeline = self._world.pipeline
        listed = np.flatnonzero(~pipeline.in_hubspot)
        moves = ~pipeline.is_closed[listed] & np.isin(pipeline.company[listed], self._touched)
        deal = listed[moves]
        fits = self._world.companies.fit[pipeline.company[deal]] > 0.5  # noqa: PLR2004 (better than even)
        stage = pipeline.stage[deal] + 1
        stage = np.where(stage < words.OPEN_STAGES, stage, np.where(fits, words.WON, words.LOST))
        is_closed = stage >= words.OPEN_STAGES
        rows = self._world.table("salesforce", "Opportunity").filter(pa.array(moves))
        closed = np.where(is_closed, self._day - 1, np.maximum(pipeline.closed[deal], self._day))
        return _with(
            rows,
            StageName=pick([name for name, _, _ in words.STAGES], stage),
            Probability=numbers(np.array([chances for _, _, chances in words.STAGES])[stage]),
            IsWon=booleans(stage == words.WON),
            IsClosed=booleans(is_closed),
            CloseDate=dates(closed),
            SystemModstamp=timestamps(self._moments(self._rng("deals"), len(deal))),
        )

    def _changed_contacts(self) -> pa.Table:
        rows = self._world.table("salesforce", "Contact").filter(pa.array(self._changes(self._world.people.is_contact)))
        gone, count = self._gone(rows.num_rows), rows.num_rows
        return _with(
            rows,
            HasOptedOutOfEmail=switch(gone, rows["HasOptedOutOfEmail"].combine_chunks(), booleans(~gone)),
            IsDeleted=booleans(gone),
            SystemModstamp=timestamps(self._moments(self._rng("contacts"), count)),
        )

    def _changed_people(self) -> pa.Table:
        rows = self._world.table("hubspot", "contacts").filter(pa.array(self._changes(self._world.people.in_hubspot)))
        gone, count = self._gone(rows.num_rows), rows.num_rows
        return _with(
            rows,
            hs_email_optout=switch(gone, rows["hs_email_optout"].combine_chunks(), booleans(~gone)),
            archived=booleans(gone),
            updatedAt=timestamps(self._moments(self._rng("hubspot contacts"), count)),
        )

    def _changes(self, is_known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mark, among the people a system knows, the few at touched companies who say no or are deleted."""
        people = self._world.people
        picked = np.isin(people.company, self._touched) & chance(self._rng("people"), 0.03, people.count)
        return np.asarray(picked[is_known])

    @staticmethod
    def _gone(count: int) -> NDArray[np.bool_]:
        """Delete every third of them; the others opt out."""
        return np.asarray(np.arange(count) % 3 == 2)  # noqa: PLR2004 (the third)

    def _new_contacts(self, known: NDArray[np.int64], schema: pa.Schema) -> pa.Table:
        companies = self._world.companies
        rng = self._rng("new contacts")
        company = known[chance(rng, 0.3, len(known))]
        count = len(company)
        given, family = invent_names(rng, count)
        serials = self._serials(count)
        domain = companies.domain.take(company)
        moments = timestamps(self._moments(rng, count))
        columns = {
            "Id": salesforce_ids("Contact", serials),
            "AccountId": salesforce_ids("Account", company),
            "OwnerId": salesforce_ids("User", companies.seller[company]),
            "Email": join(pc.utf8_lower(given), ".", pa.array(serials).cast(pa.string()), "@", domain),
            "FirstName": given,
            "LastName": family,
            "Title": repeat("Head of Operations", count),
            "HasOptedOutOfEmail": booleans(np.zeros(count, dtype=np.bool_)),
            "IsDeleted": booleans(np.zeros(count, dtype=np.bool_)),
            "CreatedDate": moments,
            "SystemModstamp": moments,
        }
        return pa.table([columns.get(field.name, pa.nulls(count, field.type)) for field in schema], schema=schema)


def _with(rows: pa.Table, **columns: Column) -> pa.Table:
    for name, values in columns.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, values)
    return rows
