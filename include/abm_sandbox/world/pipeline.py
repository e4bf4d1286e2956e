"""Opportunities: what companies considered buying, how long it took and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import blank, chance, pick, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.streams import Streams

NEW, EXPANSION, RENEWAL = 0, 1, 2
_MEDIAN_CYCLE = 80.0  # days for a deal of $100k
_OLDEST_PROSPECT_DEAL = 1100


@dataclass(frozen=True, eq=False)
class Pipeline:
    """One position an opportunity; days count from 1970."""

    count: int
    company: NDArray[np.int64]
    kind: NDArray[np.int64]
    amount: NDArray[np.float64]
    created: NDArray[np.int64]
    closed: NDArray[np.int64]
    stage: NDArray[np.int64]
    in_hubspot: NDArray[np.bool_]

    @property
    def is_won(self) -> NDArray[np.bool_]:
        return np.asarray(self.stage == words.WON)

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        return np.asarray(self.stage >= words.OPEN_STAGES)


def make_pipeline(streams: Streams, companies: Companies) -> Pipeline:
    """Join customers' yearly history with deals that were tried; chances to win grow with fit."""
    history = _history(streams.named("customer history"), companies)
    tried = _tried(streams.named("tried deals"), companies)
    company, kind, amount, created, closed, stage = (
        np.concatenate([past, other]) for past, other in zip(history, tried, strict=True)
    )
    rng = streams.named("deals in hubspot")
    only_hubspot = ~companies.in_salesforce[company]
    return Pipeline(
        count=len(company),
        company=company,
        kind=kind,
        amount=amount,
        created=created,
        closed=closed,
        stage=stage,
        in_hubspot=only_hubspot | (companies.in_hubspot[company] & chance(rng, 0.04, len(company))),
    )


def products(streams: Streams, pipeline: Pipeline) -> Column:
    """Name what each deal is about: a company starts and renews with one product, and expands into others."""
    rng = streams.named("products")
    kinds = len(words.PRODUCTS)
    companies = int(pipeline.company.max(initial=0)) + 1
    first = weighted(rng, (4, 3, 2, 1), companies)[pipeline.company]
    other = (first + rng.integers(1, kinds, pipeline.count)) % kinds
    product = np.where(pipeline.kind == EXPANSION, other, first)
    return blank(chance(rng, 0.08, pipeline.count), pick(words.PRODUCTS, product))


_Deals = tuple[
    "NDArray[np.int64]",
    "NDArray[np.int64]",
    "NDArray[np.float64]",
    "NDArray[np.int64]",
    "NDArray[np.int64]",
    "NDArray[np.int64]",
]


def _history(rng: np.random.Generator, companies: Companies) -> _Deals:
    """One purchase a year since a customer's first; some customers did not renew the last time."""
    years = companies.customer_years
    company = np.repeat(np.arange(companies.count), years)
    year = np.arange(len(company)) - np.repeat(np.cumsum(years) - years, years)
    share = np.exp(rng.normal(-0.5, 0.4, companies.count)).clip(0.05, 1.5)
    amount = companies.potential[company] * share[company] * np.exp(rng.normal(0, 0.15, len(company)))
    first_closed = companies.today - 365 * years + rng.integers(0, 330, companies.count)
    closed = np.minimum(first_closed[company] + 365 * year, companies.today - 1)
    created = np.maximum(closed - _cycles(rng, amount), companies.first_seen[company])
    lost = (year > 0) & (year == years[company] - 1) & chance(rng, 0.1, len(company))
    kind = np.where(year == 0, NEW, RENEWAL)
    return company, kind, _rounded(amount), created, closed, np.where(lost, words.LOST, words.WON)


def _tried(rng: np.random.Generator, companies: Companies) -> _Deals:
    """Deals beyond the yearly ones; those younger than their cycle are still open."""
    is_customer = companies.customer_years > 0
    company = np.repeat(np.arange(companies.count), rng.poisson(0.4 + 2.0 * companies.fit**1.5 + 0.6 * is_customer))
    count = len(company)
    oldest = np.minimum(companies.age(company), _OLDEST_PROSPECT_DEAL)
    created = companies.today - 1 - (oldest * rng.random(count)).astype(np.int64)
    amount = companies.potential[company] * np.exp(rng.normal(-1.1, 0.7, count))
    cycle = _cycles(rng, amount)
    closed = created + cycle
    is_open = closed >= companies.today
    won = rng.random(count) < 0.03 + companies.fit[company] * np.where(is_customer[company], 0.55, 0.25)
    progress = ((companies.today - created) / cycle).clip(0, 0.999)
    stage = np.where(is_open, (progress * words.OPEN_STAGES).astype(np.int64), np.where(won, words.WON, words.LOST))
    # A few open deals were never given a new close date.
    stale = is_open & chance(rng, 0.08, count)
    closed = np.where(stale, np.maximum(created, companies.today - rng.integers(5, 120, count)), closed)
    return company, np.where(is_customer[company], EXPANSION, NEW), _rounded(amount), created, closed, stage


def _cycles(rng: np.random.Generator, amount: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw days from creation to close; ten times the amount takes about a third longer."""
    median = _MEDIAN_CYCLE * (amount / 100_000) ** 0.12
    return (median * np.exp(rng.normal(0, 0.5, len(amount)))).clip(5, 900).astype(np.int64)


def _rounded(amount: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(np.round(amount, -2), 500.0)
