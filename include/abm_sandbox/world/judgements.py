"""What people recorded of companies: estimates, imperatives, references, answers, sign-offs, wishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import blank, chance, dates, join, numbers, pick, repeat, switch, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.streams import Streams

_VALUABLE, _LARGEST = 250_000, 2_000_000
_FIRST_IMPERATIVE = 0.75  # share of an industry that pursues its most common one
_REFERENCES = ("reference", "candidate", "none", None)
_PARTNER_ROLES = ("technology partner", "reseller", "referral partner")
_ACCEPTED, _REJECTED = ("Budget confirmed", "Champion found"), ("No budget this year", "Students and job seekers")
_JUDGES = ("Head of Sales", "Analyst Relations", "Regional Director")
_WISHES = ("1:Few", "1:Many")
_COMPANIES_A_WISH = 400
_RECENT_DAYS = 45


@dataclass(frozen=True, eq=False)
class Judgements:
    """One position a company, in the words people use; a platform holds some of it."""

    today: int
    estimate: NDArray[np.float64]  # USD; not a number where nobody made one
    texts: dict[str, Column]
    influence: NDArray[np.float64]
    influence_day: NDArray[np.int64]
    answer_day: NDArray[np.int64]
    signed_by_sales: NDArray[np.bool_]
    signed_by_marketing: NDArray[np.bool_]
    wish_day: NDArray[np.int64]

    def text(self, name: str, company: NDArray[np.int64], unknown: NDArray[np.bool_]) -> Column:
        return blank(unknown, self.texts[name].take(company))

    def estimates(self, company: NDArray[np.int64], rate: NDArray[np.float64] | float = 1.0) -> Column:
        amounts = self.estimate[company] * rate
        return numbers(np.round(np.nan_to_num(amounts), -3), np.isnan(amounts))

    def influences(self, company: NDArray[np.int64], unknown: NDArray[np.bool_]) -> Column:
        points = self.influence[company]
        return numbers(np.nan_to_num(points), np.isnan(points) | unknown)


def days(numbered: NDArray[np.int64], unknown: NDArray[np.bool_]) -> Column:
    """Write the days; a negative one is none."""
    return dates(numbered, (numbered < 0) | unknown)


def make_judgements(streams: Streams, companies: Companies) -> Judgements:
    count, today = companies.count, companies.today
    influence, influence_day = _influence(streams.named("influence"), count, today)
    answer, answer_reason, answer_day = _answers(streams.named("sales answers"), companies)
    wish, wish_day = _wishes(streams.named("style wishes"), companies)
    rng = streams.named("sign-offs")
    largest = companies.potential >= _LARGEST
    return Judgements(
        today=today,
        estimate=_estimates(streams.named("estimates"), companies),
        texts={
            "imperative": _imperatives(streams.named("imperatives"), companies),
            "technologies": _technologies(streams.named("technologies"), companies.industry),
            "incumbent": _incumbents(streams.named("incumbents"), companies),
            "reference_status": _references(streams.named("references"), companies),
            "partner_role": _partners(streams.named("partners"), count),
            "influence_author": _judges(streams.named("judges"), influence),
            "mqa_answer": answer,
            "mqa_answer_reason": answer_reason,
            "override_style": wish,
            "override_reason": switch(wish_day >= 0, "Asked for by the account team", pa.nulls(count, pa.string())),
            "override_author": switch(wish_day >= 0, "Head of Sales", pa.nulls(count, pa.string())),
        },
        influence=influence,
        influence_day=influence_day,
        answer_day=answer_day,
        signed_by_sales=largest & chance(rng, 0.85, count),
        signed_by_marketing=largest & chance(rng, 0.9, count),
        wish_day=wish_day,
    )


def _estimates(rng: np.random.Generator, companies: Companies) -> NDArray[np.float64]:
    """Reps know their large accounts better than others, and none exactly."""
    valuable = companies.potential >= _VALUABLE
    known = rng.random(companies.count) < np.where(valuable, 0.35, 0.05)
    guessed = np.maximum(companies.potential * np.exp(rng.normal(0, 0.25, companies.count)), 1000.0)
    return np.where(known, guessed, np.nan)


def _imperatives(rng: np.random.Generator, companies: Companies) -> Column:
    known = rng.random(companies.count) < np.where(companies.potential >= _VALUABLE, 0.92, 0.5)
    choice = (rng.random(companies.count) >= _FIRST_IMPERATIVE).astype(np.int64)
    names = [name for entry in words.INDUSTRIES for name in words.IMPERATIVES[entry.salesforce]]
    return blank(~known, pick(names, companies.industry * 2 + choice))


def _technologies(rng: np.random.Generator, industry: NDArray[np.int64]) -> Column:
    """Name up to three; the first two are those of the industry more often than not."""
    count, kinds = len(industry), len(words.TECHNOLOGIES)
    first = np.where(chance(rng, 0.7, count), industry % kinds, rng.integers(0, kinds, count))
    second = (first + 1 + np.where(chance(rng, 0.5, count), 0, rng.integers(0, kinds - 2, count))) % kinds
    one, two = pick(words.TECHNOLOGIES, first), pick(words.TECHNOLOGIES, second)
    named = switch(chance(rng, 0.6, count), join(one, "; ", two), one)
    return blank(chance(rng, 0.35, count), named)


def _incumbents(rng: np.random.Generator, companies: Companies) -> Column:
    known = rng.random(companies.count) < np.where(companies.customer_years > 0, 0.08, 0.45)
    return blank(~known, pick(words.INCUMBENTS, weighted(rng, (4, 3, 2, 1), companies.count)))


def _references(rng: np.random.Generator, companies: Companies) -> Column:
    status = weighted(rng, (20, 25, 10, 45), companies.count)
    return pick(_REFERENCES, np.where(companies.customer_years > 1, status, len(_REFERENCES) - 1))


def _partners(rng: np.random.Generator, count: int) -> Column:
    return blank(~chance(rng, 0.015, count), pick(_PARTNER_ROLES, rng.integers(0, len(_PARTNER_ROLES), count)))


def _influence(rng: np.random.Generator, count: int, today: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    points = np.where(chance(rng, 0.02, count), rng.integers(8, 20, count) * 5.0, np.nan)
    return points, np.where(np.isnan(points), -1, today - rng.integers(1, 300, count))


def _judges(rng: np.random.Generator, influence: NDArray[np.float64]) -> Column:
    return blank(np.isnan(influence), pick(_JUDGES, rng.integers(0, len(_JUDGES), len(influence))))


def _answers(rng: np.random.Generator, companies: Companies) -> tuple[Column, Column, NDArray[np.int64]]:
    """Sales answered for a few of the companies that were busy lately, with yes where they fit."""
    count = companies.count
    busy = (companies.intensity > 1) & (companies.burst_ages[:, 0] < _RECENT_DAYS)
    answered = busy & chance(rng, 0.25, count)
    accepted = rng.random(count) < 0.3 + 0.5 * companies.fit
    answer = switch(accepted, "Accepted", repeat("Rejected", count))
    reason = switch(
        accepted,
        pick(_ACCEPTED, rng.integers(0, len(_ACCEPTED), count)),
        pick(_REJECTED, rng.integers(0, len(_REJECTED), count)),
    )
    day = companies.today - rng.integers(1, _RECENT_DAYS, count)
    return blank(~answered, answer), blank(~answered, reason), np.where(answered, day, -1)


def _wishes(rng: np.random.Generator, companies: Companies) -> tuple[Column, NDArray[np.int64]]:
    """Ask for another style for very few companies; each second wish has run out."""
    count = companies.count
    eligible = np.flatnonzero(companies.in_salesforce & (companies.potential < _VALUABLE) & ~companies.is_deleted)
    asked = np.sort(rng.permutation(eligible)[: count // _COMPANIES_A_WISH])
    until = np.full(count, -1, dtype=np.int64)
    until[asked] = companies.today + np.where(np.arange(len(asked)) % 2, -10, 60)
    wish = pick(_WISHES, rng.integers(0, len(_WISHES), count))
    return blank(until < 0, wish), until
