"""What stands in no CRM: the website's visits, and what finance spent on single accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world.columns import DAY, blank, chance, dates, join, numbers, pick, repeat, timestamps, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.people import People
    from abm_sandbox.world.streams import Streams

VISITS_A_COMPANY = 4.0
_PAGES, _PAGE_WEIGHTS = ("Home", "Products", "Blog", "Pricing", "Report download"), (30, 35, 22, 8, 5)
_RECOGNISED = 0.3  # share of visits by people who once filled in a form
_VISIT_DAYS = 40.0
_MINUTE = 60_000_000
_CHANNELS = ("advertising", "events", "gifts")
_COST, _LARGE_COST = 400.0, 2_500.0  # typical of one booking
_SPENT_ON_FROM, _LARGEST = 250_000, 2_000_000


@dataclass(frozen=True, eq=False)
class Exports:
    """Makes the tables that other departments export, each row's company or person known by domain or address."""

    streams: Streams
    companies: Companies
    people: People

    def tables(self) -> dict[str, pa.Table]:
        company, person = self._visitors()
        visitors = np.unique(person[person >= 0])
        return {
            "accounts": self._accounts(np.union1d(self._spent_on, self.people.company[visitors])),
            "contacts": self._contacts(visitors),
            "visits": self._visits(company, person),
            "spend": self._spend(),
        }

    def _accounts(self, company: NDArray[np.int64]) -> pa.Table:
        return pa.table(
            {
                "number": _codes("A", company),
                "company": self.companies.name.take(company),
                "website": self.companies.domain.take(company),
            }
        )

    def _contacts(self, person: NDArray[np.int64]) -> pa.Table:
        return pa.table(
            {
                "visitor": _codes("V", person),
                "account": _codes("A", self.people.company[person]),
                "email": self.people.email.take(person),
            }
        )

    def _visits(self, company: NDArray[np.int64], person: NDArray[np.int64]) -> pa.Table:
        rng = self.streams.named("web visits")
        count = len(company)
        age = np.minimum(rng.exponential(_VISIT_DAYS, count), self.companies.age(company) - 1)
        moment = (self.companies.today - 1 - age.astype(np.int64)) * DAY + rng.integers(
            7 * 60, 20 * 60, count
        ) * _MINUTE
        return pa.table(
            {
                "visit": _codes("W", np.arange(count)),
                "visitor": _codes("V", person),
                "company_domain": blank(person >= 0, self.companies.domain.take(company)),
                "page": pick(_PAGES, weighted(rng, _PAGE_WEIGHTS, count)),
                "minutes": numbers(np.round(rng.exponential(2.5, count) + 0.2, 1)),
                "visited_at": timestamps(moment),
            }
        )

    def _spend(self) -> pa.Table:
        """Book something for each of these companies in about every second month of the last year."""
        rng = self.streams.named("account spend")
        place, month = np.nonzero(rng.random((len(self._spent_on), 12)) < 0.5)  # noqa: PLR2004 (half of the months)
        count = len(place)
        typical = np.where(self.companies.potential[self._spent_on[place]] >= _LARGEST, _LARGE_COST, _COST)
        cost = np.round(typical * np.exp(rng.normal(0, 0.6, count)), 2)
        return pa.table(
            {
                "booking": _codes("B", np.arange(count)),
                "account": _codes("A", self._spent_on[place]),
                "channel": pick(_CHANNELS, weighted(rng, (6, 3, 1), count)),
                "amount": numbers(cost),
                "currency": repeat("USD", count),
                "booked_on": dates(self.companies.today - 1 - month * 30 - rng.integers(0, 28, count)),
            }
        )

    def _visitors(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw who came: companies as busy as elsewhere, some of their people known by a mail address."""
        rng = self.streams.named("web visitors")
        company = np.repeat(np.arange(self.companies.count), rng.poisson(self.companies.intensity * VISITS_A_COMPANY))
        person = self.people.draw(rng, company)
        has_address = self.people.email.is_valid().to_numpy(zero_copy_only=False)
        known = (person >= 0) & has_address[person] & chance(rng, _RECOGNISED, len(company))
        known &= ~self.companies.is_deleted[company]
        return company, np.where(known, person, -1)

    @property
    def _spent_on(self) -> NDArray[np.int64]:
        return np.flatnonzero((self.companies.potential >= _SPENT_ON_FROM) & ~self.companies.is_deleted)


def _codes(letter: str, serials: NDArray[np.int64]) -> Column:
    """Write serial numbers as short codes; a negative number has none."""
    return blank(serials < 0, join(letter, pa.array(serials).cast(pa.string())))
