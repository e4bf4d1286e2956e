"""Stories laid out for a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.explain.past import Day
    from abm.explain.story import Story

_OF_EVERY_ROW = {"account_id", "policy_version"}


def story_tables(story: Story) -> list[Table | str]:
    """Lay the story out: facts, scores, style and what would change it, history, what was sent."""
    return [
        _facts("Account", story.account),
        _facts("Scores", story.scores),
        _facts("Style", story.style),
        *(escape(line) for line in story.what_would_change_it),
        _rows("History of styles", story.history),
        *(_rows(section.title, section.rows) for section in story.sections),
        _rows("What was sent", story.sent),
    ]


def day_tables(day: Day) -> list[Table | str]:
    """Lay a past day out: the answer in a sentence, then what it rests on."""
    return [
        escape(day.sentence),
        _facts("Style", day.style),
        *(
            _facts(section.title, section.rows[0]) if len(section.rows) == 1 else _rows(section.title, section.rows)
            for section in day.sections
        ),
        _facts("Release", day.release),
    ]


def _facts(title: str, row: dict[str, Any]) -> Table:
    table = Table("", "", title=title, title_justify="left", show_header=False)
    for name, value in row.items():
        if value is not None:
            table.add_row(name, escape(str(value)))
    return table


def _rows(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    names = [name for name in (rows[0] if rows else {}) if name not in _OF_EVERY_ROW]
    table = Table(*(names or ["nothing yet"]), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else escape(str(value))
