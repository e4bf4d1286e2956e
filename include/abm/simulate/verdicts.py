"""What the benchmarks say of a rehearsal: accounts against the median, people and money, mix, share of budget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from psycopg import sql

from abm.policy.seats import seats_per_marketer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

    from abm.policy.schema import Policy
    from abm.policy.treatment import Style
    from abm.simulate.outcome import StyleCount, StyleLine

Benchmarks = dict[tuple[str, str], float]
MUCH, LITTLE = 2.0, 0.5  # times the median: beyond these it is worth a word of warning
_MIX_TOLERANCE = 0.15  # benchmarks of the mix are averages of few companies
_TARGETED = ("one_to_many", "targeted_demand_gen")
_LEAST_TARGETED = 0.5
_WORDS = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times", 7: "seven times"}


@dataclass(frozen=True)
class Verdict:
    """One judgement in words; `warn` asks for a second look."""

    style: str
    severity: Literal["good", "note", "warn"]
    text: str


def read_benchmarks(connection: psycopg.Connection) -> Benchmarks:
    rows = connection.execute(
        sql.SQL("select metric, style, cast(benchmark as double precision) from seeds.benchmarks")
    )
    return {(metric, style): value for metric, style, value in rows.fetchall()}


def judge(styles: Sequence[StyleLine], policy: Policy, benchmarks: Benchmarks) -> Sequence[Verdict]:
    """Judge the styles as the policy would leave them; what has no benchmark gets no verdict."""
    counts = {line.style: line.after for line in styles if line.after is not None}
    verdicts: list[Verdict] = []
    for name, style in policy.enabled_styles.items():
        if count := counts.get(name):
            verdicts += _of_style(name, style, count, policy.currency, benchmarks)
    return [*verdicts, *_of_all(counts, policy, benchmarks)]


def _of_style(name: str, style: Style, count: StyleCount, currency: str, benchmarks: Benchmarks) -> Iterator[Verdict]:
    median = benchmarks.get(("accounts", name))
    if median:
        yield _against_median(name, style, count.accounts, median)
        yield from _people(name, style, count.accounts, median)
        yield Verdict(
            name,
            "note",
            f"{median:,.0f} accounts at {_money(style.spend.low)} to {_money(style.spend.high)} {currency} a year are "
            f"{_money(median * style.spend.low)} to {_money(median * style.spend.high)}; "
            f"{count.accounts:,} here are {_money(count.accounts * style.spend.low)} "
            f"to {_money(count.accounts * style.spend.high)}.",
        )
    if (share := benchmarks.get(("customer_share", name))) is not None and count.accounts:
        yield _mix(name, style, count, share)


def _against_median(name: str, style: Style, accounts: int, median: float) -> Verdict:
    times = accounts / median
    start = f"{accounts:,} {'account' if accounts == 1 else 'accounts'} in {style.label}"
    if times >= MUCH:
        told = f"{start}: {_times(times)} the median of {median:,.0f}"
        is_highest = style.seats.accounts_per_marketer is not None
        return Verdict(
            name,
            "warn",
            f"{told}. The common mistake: too many, and nobody gets bespoke work." if is_highest else f"{told}.",
        )
    if times <= LITTLE:
        return Verdict(name, "note", f"{start}: few against the median of {median:,.0f}.")
    return Verdict(name, "good", f"{start}: about the median of {median:,.0f}.")


def _people(name: str, style: Style, accounts: int, median: float) -> Iterator[Verdict]:
    each = seats_per_marketer(style)
    if not each:
        return
    needed, there = math.ceil(accounts / each), len(style.seats.marketers)
    yield Verdict(
        name,
        "warn" if needed > there else "note",
        f"{median:,.0f} accounts at {each:,} a marketer take about {_marketers(math.ceil(median / each))}; "
        f"{accounts:,} here take {_marketers(needed)}, the policy names {there:,}.",
    )


def _mix(name: str, style: Style, count: StyleCount, benchmark: float) -> Verdict:
    share = count.customers / count.accounts
    is_near = abs(share - benchmark) <= _MIX_TOLERANCE
    return Verdict(
        name,
        "good" if is_near else "note",
        f"{share:.0%} of {style.label} are customers; the benchmark is {benchmark:.0%}.",
    )


def _of_all(counts: Mapping[str, StyleCount], policy: Policy, benchmarks: Benchmarks) -> Iterator[Verdict]:
    total = sum(count.accounts for style, count in counts.items() if style in policy.styles)
    targeted = sum(counts[style].accounts for style in _TARGETED if style in counts)
    if total and targeted / total < _LEAST_TARGETED:
        yield Verdict(
            "all",
            "warn",
            f"{targeted / total:.0%} of all accounts are in 1:Many and targeted demand generation: fewer than half. "
            "Mostly, the rest is targeted marketing.",
        )
    if (share := benchmarks.get(("marketing_budget_share", "all"))) is not None:
        yield _budget(counts, policy, share)


def _budget(counts: Mapping[str, StyleCount], policy: Policy, benchmark: float) -> Verdict:
    spend = sum(count.planned_spend or 0 for count in counts.values())
    budget = policy.marketing_budget.annual
    if not budget:
        told = f"ABM is planned at {_money(spend)} {policy.currency} a year. Its share of the marketing budget"
        return Verdict(
            "all", "note", f"{told} (benchmark {benchmark:.0%}) is known once marketing_budget.annual is told."
        )
    share = spend / budget
    return Verdict(
        "all",
        "warn" if share > MUCH * benchmark else "note",
        f"ABM takes {share:.0%} of the marketing budget of {_money(budget)} {policy.currency}; "
        f"the benchmark is {benchmark:.0%}.",
    )


def _times(times: float) -> str:
    return _WORDS.get(round(times), f"{times:,.0f} times")


def _marketers(number: int) -> str:
    return f"{number:,} {'marketer' if number == 1 else 'marketers'}"


def _money(amount: float) -> str:
    return f"{amount:,.0f}"
