"""Our invented seller's campaigns: when they ran and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import blank, chance, dates, join, numbers, pick, switch, weighted
from abm_sandbox.world.ids import salesforce_ids
from abm_sandbox.world.salesforce import audit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.streams import Streams

_FEWEST, _MOST, _COMPANIES_EACH = 16, 400, 80
_PAST = 730


@dataclass(frozen=True, eq=False)
class Campaigns:
    """One position a campaign, oldest first."""

    count: int
    today: int
    kind: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    cost: NDArray[np.float64]

    def response_rate(self, campaign: NDArray[np.int64]) -> NDArray[np.float64]:
        rates = np.array([rate for _, _, rate in words.CAMPAIGN_TYPES])
        return np.asarray(rates[self.kind[campaign]])

    def table(self, streams: Streams) -> pa.Table:
        return pa.concat_tables([self._dated(streams), self._standing(streams)])

    def _dated(self, streams: Streams) -> pa.Table:
        rng = streams.named("salesforce campaigns")
        kind = pick([name for name, _, _ in words.CAMPAIGN_TYPES], self.kind)
        year = pa.array(1970 + self.start // 365.2425).cast(pa.int64()).cast(pa.string())
        serial = pa.array(np.arange(1, self.count + 1)).cast(pa.string())
        return pa.table(
            {
                "Id": salesforce_ids("Campaign", np.arange(self.count)),
                "Name": join(kind, " ", year, " #", serial),
                "Type": kind,
                "Status": switch(self.end < self.today, "Completed", pa.repeat("In Progress", self.count)),
                "StartDate": dates(self.start),
                "EndDate": dates(self.end),
                "ActualCost": blank(chance(rng, 0.08, self.count), numbers(self.cost)),
                "BudgetedCost": numbers(np.round(self.cost * np.exp(rng.normal(0, 0.15, self.count)), -2)),
                **audit(rng, self.today, self.start - 30, np.zeros(self.count, dtype=np.bool_)),
            }
        )

    def _standing(self, streams: Streams) -> pa.Table:
        rng = streams.named("standing campaigns")
        kinds = words.STANDING_CAMPAIGNS
        count, names = len(kinds), pa.array([name for name, _ in kinds])
        start = np.full(count, self.today - _PAST)
        cost = numbers(np.array([cost for _, cost in kinds]))
        return pa.table(
            {
                "Id": salesforce_ids("Campaign", self.standing(np.arange(count))),
                "Name": names,
                "Type": names,
                "Status": pa.repeat("In Progress", count),
                "StartDate": dates(start),
                "EndDate": pa.nulls(count, pa.date32()),
                "ActualCost": cost,
                "BudgetedCost": cost,
                **audit(rng, self.today, start - 30, np.zeros(count, dtype=np.bool_)),
            }
        )

    def standing(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the serial numbers of campaigns by their place in `STANDING_CAMPAIGNS`."""
        return self.count + place


def make_campaigns(streams: Streams, companies: int, today: int) -> Campaigns:
    count = min(max(companies // _COMPANIES_EACH, _FEWEST), _MOST)
    rng = streams.named("campaigns")
    kind = weighted(rng, (3, 1.5, 4, 2, 1, 1, 2), count)
    start = np.sort(today - 7 - rng.integers(0, _PAST, count))
    typical = np.array([cost for _, cost, _ in words.CAMPAIGN_TYPES], dtype=np.float64)[kind]
    cost = np.round(typical * np.exp(rng.normal(0, 0.4, count)), -2)
    return Campaigns(count, today, kind, start, start + rng.integers(1, 60, count), cost)
