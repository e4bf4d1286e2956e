"""The companies behind the records: size, potential, fit, family and presence in each CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import chance, day_number, join, pick, switch, weighted

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.streams import Streams

ACCOUNTS_PER_SELLER = 25
SPEND_SHARE = 0.002  # of its revenue a company could spend with our seller a year
_PAST = 6 * 365


@dataclass(frozen=True, eq=False)
class Companies:
    """Truth about each company, one position a company; -1 stands for none."""

    count: int
    today: int
    core: Column
    name: Column
    domain: Column
    industry: NDArray[np.int64]
    country: NDArray[np.int64]
    employees: NDArray[np.int64]
    revenue: NDArray[np.float64]
    potential: NDArray[np.float64]
    fit: NDArray[np.float64]
    parent: NDArray[np.int64]
    seller: NDArray[np.int64]
    first_seen: NDArray[np.int64]
    customer_years: NDArray[np.int64]
    in_salesforce: NDArray[np.bool_]
    in_hubspot: NDArray[np.bool_]
    is_deleted: NDArray[np.bool_]
    duplicate: NDArray[np.int64]
    intensity: NDArray[np.float64]
    burst_ages: NDArray[np.float64]

    def age(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.today - self.first_seen[positions]


def make_companies(streams: Streams, count: int, today: date) -> Companies:
    industry = weighted(streams.named("industry"), [entry.weight for entry in words.INDUSTRIES], count)
    country = weighted(streams.named("country"), [entry.weight for entry in words.COUNTRIES], count)
    revenue, employees, potential = _sizes(streams.named("size"), industry)
    fit = _fit(streams.named("fit"), industry, country, employees)
    parent = _parents(streams.named("family"), potential)
    core, name, domain = _names(streams.named("names"), industry, country, parent)
    in_salesforce, in_hubspot = _presence(streams.named("presence"), parent)
    first_seen = day_number(today) - streams.named("first seen").integers(60, _PAST + 400, count)
    intensity, burst_ages = _rhythm(streams.named("rhythm"), fit)
    return Companies(
        count=count,
        today=day_number(today),
        core=core,
        name=name,
        domain=domain,
        industry=industry,
        country=country,
        employees=employees,
        revenue=revenue,
        potential=potential,
        fit=fit,
        parent=parent,
        seller=_sellers(streams.named("territories"), count),
        first_seen=first_seen,
        customer_years=_customer_years(streams.named("customers"), fit, potential, day_number(today) - first_seen),
        in_salesforce=in_salesforce,
        in_hubspot=in_hubspot,
        is_deleted=in_salesforce & (chance(streams.named("deleted accounts"), 0.005, count)),
        duplicate=_duplicates(streams.named("duplicates"), in_salesforce),
        intensity=intensity,
        burst_ages=burst_ages,
    )


def _sizes(
    rng: np.random.Generator, industry: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Draw revenue, employees and yearly potential in USD: about 2 % reach $2M, 18 % $250k to $2M."""
    count = len(industry)
    revenue = np.exp(rng.normal(17.2, 1.66, count)).clip(50_000, 4e11)
    employees = (revenue / np.exp(rng.normal(12.3, 0.5, count))).round().clip(1).astype(np.int64)
    spend = np.array([entry.spend for entry in words.INDUSTRIES])[industry]
    potential = revenue * SPEND_SHARE * spend * np.exp(rng.normal(0, 0.25, count))
    return revenue, employees, potential


def _fit(
    rng: np.random.Generator,
    industry: NDArray[np.int64],
    country: NDArray[np.int64],
    employees: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Say how well our seller suits each company, 0 to 1: by industry, country and a liking for mid-size."""
    by_industry = np.array([entry.fit for entry in words.INDUSTRIES])[industry]
    by_country = np.array([entry.fit for entry in words.COUNTRIES])[country]
    by_size = np.exp(-(((np.log10(employees) - 3.2) / 1.4) ** 2))
    mixed = 0.45 * by_industry + 0.2 * by_country + 0.35 * by_size + rng.normal(0, 0.1, len(industry))
    return mixed.clip(0.01, 0.99)


def _parents(rng: np.random.Generator, potential: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give some companies a parent, up to three levels, and let a few pairs own each other, as dirty data does."""
    count = len(potential)
    level = weighted(rng, (86, 10, 4), count)
    parent = np.full(count, -1, dtype=np.int64)
    for child_level in (1, 2):
        children, candidates = np.flatnonzero(level == child_level), np.flatnonzero(level == child_level - 1)
        if len(candidates):
            parent[children] = candidates[weighted(rng, np.sqrt(potential[candidates]).tolist(), len(children))]
    alone = np.setdiff1d(np.flatnonzero(level == 0), parent)
    pairs = rng.permutation(alone)[: 2 * max(1, count // 1000)]
    if len(pairs) % 2 == 0:
        parent[pairs] = pairs.reshape(-1, 2)[:, ::-1].ravel()
    return parent


def in_cycle(parent: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark companies that are their own grandparent."""
    grandparent = np.where(parent >= 0, parent[parent], -1)
    return np.asarray(grandparent == np.arange(len(parent)))


def _names(
    rng: np.random.Generator, industry: NDArray[np.int64], country: NDArray[np.int64], parent: NDArray[np.int64]
) -> tuple[Column, Column, Column]:
    count = len(industry)
    pool = len(words.ONSETS) * len(words.MIDDLES) * len(words.ENDINGS)
    number = rng.permutation(pool * -(-count // pool))[:count]
    onset, rest = number % len(words.ONSETS), number // len(words.ONSETS)
    middle, rest = rest % len(words.MIDDLES), rest // len(words.MIDDLES)
    ending, edition = rest % len(words.ENDINGS), rest // len(words.ENDINGS)
    tail = join(
        pick(words.MIDDLES, middle),
        pick(words.ENDINGS, ending),
        switch(edition == 0, "", pa.array(edition).cast(pa.string())),
    )
    slug = join(pick(words.ONSETS, onset), tail)
    accented = [syllable[:-1] + words.ACCENTED[syllable[-1]] for syllable in words.ONSETS]
    core = switch(chance(rng, 0.05, count), join(pick(accented, onset), tail), slug)
    core = pc.utf8_capitalize(core)

    # A subsidiary often carries its parent's name with a region, and often its domain too.
    owns_parent = (parent >= 0) & ~in_cycle(parent)
    shown = np.where(owns_parent & (chance(rng, 0.6, count)), parent, np.arange(count))
    host = np.where(owns_parent & (chance(rng, 0.35, count)), parent, np.arange(count))
    host = host[host]
    kind = pick([entry.kind for entry in words.INDUSTRIES], industry)
    region = pick([entry.region for entry in words.COUNTRIES], country)
    form = pick([entry.legal_form for entry in words.COUNTRIES], country)
    middle_word = switch(shown != np.arange(count), join(kind, " ", region), kind)
    name = join(core.take(shown), " ", middle_word, " ", form)
    top = pick(("example", "test"), weighted(rng, (85, 15), count))
    return core, name, join(slug, ".", top).take(host)


def _presence(rng: np.random.Generator, parent: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Most companies are in Salesforce, most of those in HubSpot too, the others in HubSpot only."""
    count = len(parent)
    in_salesforce = (chance(rng, 0.92, count)) | in_cycle(parent)
    return in_salesforce, ~in_salesforce | (chance(rng, 0.76, count))


def _duplicates(rng: np.random.Generator, in_salesforce: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give about 3 % of the companies a second Salesforce record: its serial number, after all first ones."""
    count = len(in_salesforce)
    again = np.flatnonzero(in_salesforce & (chance(rng, 0.03, count)))
    duplicate = np.full(count, -1, dtype=np.int64)
    duplicate[again] = count + np.arange(len(again))
    return duplicate


def _sellers(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Share companies out to sellers, mostly 10 to 50 each, some lists too long or too short."""
    sellers = max(1, count // ACCOUNTS_PER_SELLER)
    return weighted(rng, rng.gamma(6, 1, sellers).tolist(), count)


def _customer_years(
    rng: np.random.Generator,
    fit: NDArray[np.float64],
    potential: NDArray[np.float64],
    age: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Say how many years each company has bought: fit and size make customers; 0 for those that never did."""
    is_customer = rng.random(len(fit)) < 1 / (1 + np.exp(4.6 - 5.5 * fit - 0.9 * np.log10(potential / 1e5)))
    years = rng.integers(1, 7, len(fit))
    return np.where(is_customer, np.minimum(years, age // 365), 0)


def _rhythm(rng: np.random.Generator, fit: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw how active each company is (mean 1; some stay silent) and how many days ago its bursts began."""
    count = len(fit)
    intensity = rng.gamma(0.7, 1, count) * (0.2 + fit**2)
    intensity[chance(rng, 0.12, count)] = 0.0
    ages = np.sort(rng.uniform(0, 730, (count, 4)) ** 1.02, axis=1)
    # Well-fitting companies had their latest burst not long ago.
    ages[:, 0] *= 1.3 - fit
    return intensity / max(intensity.mean(), 1e-9), ages
