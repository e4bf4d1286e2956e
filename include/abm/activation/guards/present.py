"""A measured plan for people: Markdown for an approval, tables for a terminal, JSON for programs. No row's content."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.activation.guards.judging import Verdict
    from abm.activation.guards.limits import Finding
    from abm.activation.guards.tallies import Examples, Measured, Tally

SHOWN = 20  # audiences, fields and kinds of rows that a summary lists; JSON has all of them
_COUNTS = ("creations", "updates", "removals", "acknowledged", "desired")
_OF_FIELDS = ("filled", "changed", "emptied", "moved")


def markdown(measured: Measured, found: Sequence[Finding], decision: str) -> str:
    """Tell what would be sent, how much, which limits it exceeds, examples by key, and what an answer does."""
    return "\n".join(_paragraphs(measured, found, decision))


def _paragraphs(measured: Measured, found: Sequence[Finding], decision: str) -> Iterator[str]:
    plan = measured.plan
    yield (
        f"**{plan.destination}: {plan.creations:,} creations, {plan.updates:,} updates, {plan.removals:,} removals.** "
        f"{plan.rows_unchanged:,} of {plan.rows_desired:,} rows are unchanged, {plan.rows_withheld:,} were refused "
        "before and are not sent again."
    )
    by_others = {"Edited by hand": edits_in_words(measured), "Opt-outs": opt_outs_in_words(measured)}
    yield from (f"\n**{who}:** {told}." for who, told in by_others.items() if told)
    if found:
        yield "\n**Over the limits of the policy:**\n"
        yield from (f"- {_plain(finding.told)} (`{_plain(finding.policy_key)}`)" for finding in found)
    if measured.audiences:
        yield f"\n| Audience | {' | '.join(name.capitalize() for name in _COUNTS)} |"
        yield f"|---|{'--:|' * len(_COUNTS)}"
        yield from (f"| {_plain(t.audience or '')} | {_numbers(t)} |" for t in largest(measured.audiences))
        yield from _more(measured.audiences, "audiences")
    if measured.forecasts:
        yield "\n**What is expected of each audience:**\n"
        yield from (f"- {_plain(told)}" for told in _expectations(measured)[:SHOWN])
    if fields := [tally for tally in measured.fields if tally.filled or tally.changed or tally.emptied]:
        yield f"\n| Field | {' | '.join(name.capitalize() for name in _OF_FIELDS)} |"
        yield f"|---|{'--:|' * len(_OF_FIELDS)}"
        for tally in fields:
            numbers = " | ".join(_number(getattr(tally, name)) for name in _OF_FIELDS)
            yield f"| {tally.field} | {numbers} |"
    if measured.examples:
        yield "\n**Examples, by key:**\n"
        yield from (f"- {_kind(kind)}: {_keys(kind.keys)}" for kind in measured.examples[:SHOWN])
        yield from (
            f"- {tally.field} moves: {_keys(tally.moved_keys)}" for tally in measured.fields if tally.moved_keys
        )
    if decision == "approve":
        yield (
            f"\n**Approve**: exactly this plan (`{measured.digest}`) is sent to {plan.destination}. "
            "**Reject**, or no answer in time: its rows are held, nothing is sent, and the next night plans anew."
        )
    elif decision == "stop":
        yield "\nIt cannot be approved: nothing is sent, nothing is removed, and the next night plans anew."


def opt_outs_in_words(measured: Measured) -> str:
    """Tell how many members who opted out left already, and how many have to, whatever becomes of the plan."""
    counts = {
        "left before this plan was made": measured.opt_outs.left,
        "to leave with the next run, which nothing holds": measured.opt_outs.waiting,
    }
    return ", ".join(f"{count:,} {told}" for told, count in counts.items() if count)


def edits_in_words(measured: Measured) -> str:
    """Tell how many values that people wrote over ours are put back, stay, or wait for someone to look."""
    words = {"restored": "put back", "respected": "kept", "reported": "not understood, left as they are"}
    return ", ".join(f"{measured.edits[name]:,} {told}" for name, told in words.items() if name in measured.edits)


def _expectations(measured: Measured) -> Sequence[str]:
    return [f"{forecast.audience}: {forecast.decision}, {forecast.reason}" for forecast in measured.forecasts]


def largest(tallies: Sequence[Tally]) -> Sequence[Tally]:
    """Return the audiences that change most, in the order of their names."""
    by_change = sorted(tallies, key=lambda tally: -(tally.creations + tally.updates + tally.removals))
    return sorted(by_change[:SHOWN], key=lambda tally: tally.audience or "")


def _more(entries: Sequence[object], noun: str) -> Iterator[str]:
    if len(entries) > SHOWN:
        yield f"\n{len(entries) - SHOWN:,} more {noun} change less."


def _numbers(tally: Tally) -> str:
    return " | ".join(_number(getattr(tally, name)) for name in _COUNTS)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _kind(kind: Examples) -> str:
    return f"{kind.operation} in {_plain(kind.audience)}" if kind.audience else kind.operation


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(f"`{_plain(key)}`" for key in keys)


def _plain(text: str) -> str:
    """Leave out what Markdown would read as its own: keys are names that companies gave themselves."""
    return "".join(" " if character in "`|<>\r\n" else character for character in text)


def tables(verdict: Verdict) -> Iterator[Table]:
    """Yield the plan as tables for a terminal."""
    measured = verdict.measured
    if measured is None:
        return
    plan = measured.plan
    yield _table(
        f"{plan.destination}: plan {measured.digest}, {plan.rows_unchanged:,} of {plan.rows_desired:,} rows unchanged",
        ("Audience" if measured.audiences else "Destination", *_COUNTS),
        [
            (tally.audience or plan.destination, *(getattr(tally, name) for name in _COUNTS))
            for tally in (*measured.audiences, *([] if measured.audiences else [measured.whole]))
        ],
    )
    if fields := [tally for tally in measured.fields if tally.filled or tally.changed or tally.emptied]:
        rows = [(tally.field, *(getattr(tally, name) for name in _OF_FIELDS)) for tally in fields]
        yield _table("Fields", ("Field", *_OF_FIELDS), rows)
    if measured.examples:
        rows = [(_kind(kind), ", ".join(kind.keys)) for kind in measured.examples]
        yield _table("Examples, by key", ("Rows", "Keys"), rows)
    if measured.forecasts:
        yield _table("Expected of each audience", ("Audience",), [(told,) for told in _expectations(measured)])
    if measured.edits:
        yield _table("Edited by hand in the CRM", ("Fields",), [(edits_in_words(measured),)])
    if told := opt_outs_in_words(measured):
        yield _table("Opt-outs", ("Members",), [(told,)])
    if verdict.reasons:
        yield _table(f"Over the limits: {verdict.decision}", ("Why",), [(reason,) for reason in verdict.reasons])


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(title=escape(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading.capitalize(), justify="right" if heading in {*_COUNTS, *_OF_FIELDS} else "left")
    for row in rows:
        table.add_row(*(escape(value) if isinstance(value, str) else _number(value) for value in row))
    return table


def as_json(verdicts: Sequence[Verdict]) -> str:
    """Return the plans as a JSON list: all counts, every audience and field, examples by key."""
    return json.dumps([_document(verdict) for verdict in verdicts], indent=2, ensure_ascii=False)


def _document(verdict: Verdict) -> dict[str, Any]:
    document: dict[str, Any] = {
        "run_id": verdict.run_id,
        "destination": verdict.destination,
        "plan": verdict.digest,
        "decision": verdict.decision,
        "reasons": list(verdict.reasons),
    }
    if verdict.measured is not None:
        measured = asdict(verdict.measured)
        document |= {"counts": measured["plan"], "before": verdict.measured.whole.before}
        document |= {
            name: measured[name] for name in ("audiences", "forecasts", "fields", "edits", "opt_outs", "examples")
        }
    return document
