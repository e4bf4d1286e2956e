"""A rehearsal as one HTML file: nothing is loaded from elsewhere, no script runs, light or dark as the reader likes."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from abm.simulate.charts import Bullet, bullets, flow, panel
from abm.simulate.present import (
    OUTSIDE,
    headline,
    members_needed,
    moves,
    number_told,
    seats_told,
    sentences,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abm.simulate.outcome import ExperimentLine, Mover, StyleCount, StyleLine
    from abm.simulate.rehearsal import Rehearsal

MOST_MOVERS = 2_000  # a page of more is slow to open; JSON has them all
_NAMED = {"good": "as it should be", "note": "to know", "warn": "look again"}


def page(rehearsal: Rehearsal, minimums: Mapping[str, int]) -> str:
    """Return the whole document."""
    sections = "\n".join(_sections(rehearsal, minimums))
    style_sheet = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences(rehearsal))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of policy {escape(rehearsal.policy_version)}</title>
<style>{style_sheet}</style>
</head>
<body>
<main>
<h1>What this policy would do</h1>
<p class="muted">{escape(headline(rehearsal))}</p>
{told}
{sections}
<p class="muted">Digest {escape(rehearsal.digest)}: the same policy on the same data has the same one.</p>
</main>
</body>
</html>
"""


def _sections(rehearsal: Rehearsal, minimums: Mapping[str, int]) -> Iterator[str]:
    outcome = rehearsal.outcome
    labels = {line.style: line.label for line in outcome.styles}
    yield _section("What the benchmarks say", _verdicts(rehearsal))
    yield _section("Accounts and seats", _accounts(outcome.styles, rehearsal.medians))
    yield _section(f"Planned spend, {rehearsal.currency} a year", _spend(outcome.styles))
    if outcome.movers:
        yield _section("Who moves", _movers(outcome.movers, labels))
    yield _section("Audiences, in companies", _audiences(rehearsal, minimums, labels))
    if outcome.experiments:
        yield _section("Tests: can they show what they are for?", _experiments(outcome.experiments, labels))
    if rehearsal.months:
        yield _section("The months before, under this policy", _months(rehearsal, labels))


def _verdicts(rehearsal: Rehearsal) -> str:
    items = "".join(
        f'<li class="{verdict.severity}"><b>{_NAMED[verdict.severity]}</b><span>{escape(verdict.text)}</span></li>'
        for verdict in rehearsal.verdicts
    )
    return f'<ul class="verdicts">{items}</ul>'


def _accounts(styles: Sequence[StyleLine], medians: Mapping[str, float]) -> str:
    rows = [
        Bullet(
            line.label,
            line.before.accounts if line.before else None,
            line.after.accounts if line.after else None,
            _marks(line.after, medians.get(line.style)),
        )
        for line in styles
    ]
    key = _key(before="before", after="after", mark="seats, or the median of other companies")
    table = _table(
        ("Style", "Accounts before", "after", "Seats before", "after", "Waitlist before", "after"),
        [
            (line.label, *(told(side) for told in (_count, seats_told, _waiting) for side in (line.before, line.after)))
            for line in styles
        ],
    )
    return f"{key}{bullets('Accounts per style before and after, against seats and median', rows)}{table}"


def _marks(count: StyleCount | None, median: float | None) -> dict[str, float]:
    seats = float(count.seats) if count and count.seats is not None else None
    if seats is not None and seats == median:
        return {"seats and median": seats}
    return {name: mark for name, mark in (("seats", seats), ("median", median)) if mark is not None}


def _spend(styles: Sequence[StyleLine]) -> str:
    rows = [
        Bullet(
            line.label,
            line.before.planned_spend if line.before else None,
            line.after.planned_spend,
            {},
            (line.after.band_low or 0, line.after.band_high or 0),
        )
        for line in styles
        if line.after and line.after.planned_spend is not None
    ]
    key = _key(before="before", after="after", band="what the style's band allows for its accounts")
    table = _table(
        ("Style", "Planned before", "after", "Band from", "to"),
        [(row.label, *map(number_told, (row.before, row.after, *(row.band or ())))) for row in rows],
    )
    return f"{key}{bullets('Planned spend per style before and after, against its band', rows)}{table}"


def _movers(movers: Sequence[Mover], labels: Mapping[str, str]) -> str:
    named = [(labels.get(old, old), labels.get(new, new), number) for old, new, number in moves(movers) if old != new]
    order = [*labels.values(), OUTSIDE]
    chart = flow("Accounts that move, from style to style", named, order) if named else ""
    rows = [
        (
            mover.account_name or mover.account_id,
            labels.get(mover.from_style or OUTSIDE, OUTSIDE),
            labels.get(mover.to_style or OUTSIDE, OUTSIDE),
            mover.reason or "",
        )
        for mover in movers[:MOST_MOVERS]
    ]
    more = len(movers) - len(rows)
    note = f"<p>{more:,} more are left out here; --format json has them all.</p>" if more else ""
    return f"{chart}{_table(('Account', 'From', 'To', 'Why'), rows, numbers=False)}{note}"


def _audiences(rehearsal: Rehearsal, minimums: Mapping[str, int], labels: Mapping[str, str]) -> str:
    rows = [
        (
            f"{audience.destination}: {audience.audience}",
            labels.get(audience.style, audience.style),
            number_told(audience.before),
            number_told(audience.after),
            number_told(members_needed(audience, minimums)),
        )
        for audience in rehearsal.outcome.audiences
    ]
    headings = ("Audience", "Style", "Before", "After", "Members needed of each")
    told = "<p class='muted'>A platform serves an audience only from its least number of matched members on.</p>"
    return told + _table(headings, rows) if rows else "<p>No audience is switched on.</p>"


def _experiments(experiments: Sequence[ExperimentLine], labels: Mapping[str, str]) -> str:
    rows = [(test.label, labels.get(test.style, test.style), test.status, test.verdict) for test in experiments]
    return _table(("Test", "Style", "Stands", "Power check"), rows, numbers=False)


def _months(rehearsal: Rehearsal, labels: Mapping[str, str]) -> str:
    months = rehearsal.months
    days = [f"{month.as_of:%b %Y}" for month in months]
    reviews = [month.is_review for month in months]
    counts = {
        style: [month.styles[style].accounts if style in month.styles else 0 for month in months] for style in labels
    }
    panels = "".join(
        f"<div><h3>{escape(labels[style])}</h3>{panel(f'{labels[style]} by month', days, numbers, reviews)}</div>"
        for style, numbers in counts.items()
    )
    rows = [
        (
            day,
            "review" if month.is_review else "",
            number_told(month.moved),
            *(number_told(counts[s][n]) for s in counts),
        )
        for n, (day, month) in enumerate(zip(days, months, strict=True))
    ]
    table = _table(("As of the end of", "", "Moved", *labels.values()), rows)
    return f'<p class="muted">Filled dots are reviews.</p><div class="panels">{panels}</div>{table}'


def _count(count: StyleCount | None) -> str:
    return number_told(count.accounts if count else None)


def _waiting(count: StyleCount | None) -> str:
    return number_told(count.waitlisted if count else None)


def _section(heading: str, inside: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{inside}</section>"


def _key(**named: str) -> str:
    parts = "".join(f'<span class="k-{name}"></span>{escape(told)}' for name, told in named.items())
    return f'<p class="muted key">{parts}</p>'


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """Make a table whose first column names the row; further columns are numbers unless told."""
    kinds = ["", *("number" if numbers else "" for _ in headings[1:])]
    head = "".join(
        f'<th scope="col" class="{kind}">{escape(name)}</th>' for name, kind in zip(headings, kinds, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="{kind}">{escape(cell)}</td>' for cell, kind in zip(row[1:], kinds[1:], strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
