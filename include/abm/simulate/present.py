"""A rehearsal in the terminal."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console, RenderableType

    from abm.simulate.outcome import Audience, ExperimentLine, Mover, StyleCount, StyleLine
    from abm.simulate.rehearsal import Rehearsal
    from abm.simulate.replay import Month
    from abm.simulate.verdicts import Verdict

SHOWN_MOVERS = 20
OUTSIDE = "outside"
HELD_BACK = {
    "held_until_review": "wait for a review",
    "minimum_stay": "have not been in their style long enough",
    "moves_capped": "are beyond the cap of one review",
}
_MARKS = {"good": "[green]✓[/green]", "note": "·", "warn": "[yellow]![/yellow]"}


def print_rehearsal(rehearsal: Rehearsal, minimums: Mapping[str, int], console: Console) -> None:
    """Print everything a person needs to judge the policy, the decisive first."""
    console.print(headline(rehearsal), highlight=False, soft_wrap=True)
    console.print(*_tables(rehearsal, minimums))
    for sentence in sentences(rehearsal):
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    for verdict in rehearsal.verdicts:
        console.print(_told(verdict), highlight=False, soft_wrap=True)
    console.print(f"Digest {rehearsal.digest}", highlight=False)


def headline(rehearsal: Rehearsal) -> str:
    kind = "a review" if rehearsal.is_review else "a night"
    start = f"Policy {rehearsal.policy_version}, rehearsed as {kind} as of {rehearsal.as_of}"
    if rehearsal.live is None:
        return f"{start}. Nothing is published yet, so there is no before: only what the policy would decide is shown."
    beside = f"beside release {rehearsal.live.release_id}"
    if rehearsal.is_policy_in_force:
        return f"{start}, {beside}. It is the policy in force."
    return f"{start}, {beside} of policy {rehearsal.live.policy_version}."


def sentences(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield what is said in words: how many move, and what keeps others from moving."""
    outcome = rehearsal.outcome
    if rehearsal.live is not None:
        moving = sum(mover.from_style != mover.to_style for mover in outcome.movers)
        yield f"{moving:,} {'account changes' if moving == 1 else 'accounts change'} style."
        if (base_only := len(outcome.movers) - moving) > 0:
            yield f"{base_only:,} more change their base style behind a lease."
        if not rehearsal.is_policy_in_force and (due := sum(mover.is_due_anyway for mover in outcome.movers)):
            is_or_are = "is" if due == 1 else "are"
            yield f"{due:,} of them {is_or_are} what a review by the policy in force proposes as well."
    for code, accounts in outcome.held_back.items():
        yield f"{accounts:,} more would move but {HELD_BACK.get(code, code)}."
    if rehearsal.live is not None and rehearsal.live.currency != rehearsal.currency:
        yield _currency_told(rehearsal.live.currency, rehearsal)
    for trait in outcome.unmatched_traits:
        yield f"No account has the {trait.attribute} '{trait.value}', which {trait.owner} asks for."


def _currency_told(currency: str, rehearsal: Rehearsal) -> str:
    before = [line.before for line in rehearsal.outcome.styles if line.before is not None]
    if all(count.planned_spend is None for count in before):
        return f"What was planned in {currency} before is not shown: the policy's rates do not name {currency}."
    return f"What was planned in {currency} before is shown in {rehearsal.currency}, by the policy's rates."


def moves(movers: Iterable[Mover]) -> Sequence[tuple[str, str, int]]:
    """Count the movers from style to style, the largest groups first."""
    counts = Counter((mover.from_style or OUTSIDE, mover.to_style or OUTSIDE) for mover in movers)
    return [(old, new, number) for (old, new), number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def members_needed(audience: Audience, minimums: Mapping[str, int]) -> int | None:
    """Return the matched members each company must bring for the audience to serve; None where nothing is known."""
    minimum = minimums.get(audience.destination)
    return math.ceil(minimum / audience.after) if minimum and audience.after else None


def seats_told(count: StyleCount | None) -> str:
    if count is None:
        return ""
    return "no limit" if count.seats is None else f"{count.seats:,}"


def number_told(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _tables(rehearsal: Rehearsal, minimums: Mapping[str, int]) -> Iterator[RenderableType]:
    labels = {line.style: line.label for line in rehearsal.outcome.styles}
    yield _style_table(rehearsal.outcome.styles)
    yield _spend_table(rehearsal.outcome.styles, rehearsal.currency)
    if rehearsal.outcome.movers:
        yield _move_table(rehearsal.outcome.movers, labels)
        yield _mover_table(rehearsal.outcome.movers, labels)
    yield _audience_table(rehearsal.outcome.audiences, minimums)
    if rehearsal.outcome.experiments:
        yield _experiment_table(rehearsal.outcome.experiments, labels)
    if rehearsal.months:
        yield _month_table(rehearsal.months, labels)


def _style_table(styles: Sequence[StyleLine]) -> Table:
    table = _table("Styles, before and after", "Style")
    for heading in ("Accounts", "after", "Seats", "after", "Waitlist", "after"):
        table.add_column(heading, justify="right", no_wrap=True)  # half a number would be a wrong one
    for line in styles:
        cells: list[str] = []
        for told in (_accounts, seats_told, _waitlist):
            cells += [told(line.before), told(line.after)]
        table.add_row(line.label, *cells)
    return table


def _spend_table(styles: Sequence[StyleLine], currency: str) -> Table:
    table = _table(f"Planned spend, {currency} a year", "Style")
    for heading in ("Before", "after"):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in styles:
        table.add_row(line.label, _spend(line.before), _spend(line.after))
    return table


def _accounts(count: StyleCount | None) -> str:
    return "" if count is None else number_told(count.accounts)


def _waitlist(count: StyleCount | None) -> str:
    return "" if count is None else number_told(count.waitlisted)


def _spend(count: StyleCount | None) -> str:
    return "" if count is None else number_told(count.planned_spend)


def _move_table(movers: Sequence[Mover], labels: Mapping[str, str]) -> Table:
    table = _table("Moves", "From", "To")
    table.add_column("Accounts", justify="right")
    for old, new, number in moves(movers):
        table.add_row(labels.get(old, old), labels.get(new, new), number_told(number))
    return table


def _mover_table(movers: Sequence[Mover], labels: Mapping[str, str]) -> Table:
    more = f", the first {SHOWN_MOVERS} of {len(movers):,} (all: --format json or --html)"
    table = _table(f"Movers{more if len(movers) > SHOWN_MOVERS else ''}", "Account", "From", "To", "Why")
    for mover in movers[:SHOWN_MOVERS]:
        old, new = mover.from_style or OUTSIDE, mover.to_style or OUTSIDE
        name = mover.account_name or mover.account_id
        table.add_row(escape(name), labels.get(old, old), labels.get(new, new), escape(mover.reason or ""))
    return table


def _audience_table(audiences: Sequence[Audience], minimums: Mapping[str, int]) -> Table:
    table = _table("Audiences, in companies", "Platform", "Audience")
    for heading in ("Before", "After", "Members needed of each"):
        table.add_column(heading, justify="right")
    for audience in audiences:
        needed = number_told(members_needed(audience, minimums))
        sizes = (number_told(audience.before), number_told(audience.after))
        table.add_row(audience.destination, escape(audience.audience), *sizes, needed)
    return table


def _experiment_table(experiments: Sequence[ExperimentLine], labels: Mapping[str, str]) -> Table:
    table = _table("Tests: can they show what they are for?", "Test", "Style", "", "Accounts")
    for test in experiments:
        mark = _MARKS["good" if test.is_large_enough else "warn"]
        told = f"{mark} {escape(test.verdict)}"
        table.add_row(escape(test.label), labels.get(test.style, test.style), test.status, told)
    return table


def _month_table(months: Sequence[Month], labels: Mapping[str, str]) -> Table:
    table = _table("Months replayed under this policy, accounts per style", "As of", "")
    styles = [style for style in labels if any(style in month.styles for month in months)]
    for heading in ("Moved", *(labels[style] for style in styles)):
        table.add_column(heading, justify="right")
    for month in months:
        counts = (month.styles[style].accounts if style in month.styles else 0 for style in styles)
        kind = "review" if month.is_review else ""
        table.add_row(f"{month.as_of}", kind, number_told(month.moved), *(number_told(count) for count in counts))
    return table


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)


def _told(verdict: Verdict) -> str:
    return f"{_MARKS[verdict.severity]} {escape(verdict.text)}"
