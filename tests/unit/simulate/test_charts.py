"""Charts are read by people: no name stands on another, no number under a line."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from abm.simulate.charts import Bullet, bullets

LETTER = 6.5
_TEXT = re.compile(r'<text(?: class="([^"]*)")? x="([\d.]+)" y="([\d.]+)">([^<]*)</text>')
_LINE = re.compile(r'<line class="mark" x1="([\d.]+)"')


def spans(chart: str) -> list[tuple[float, float, float, str]]:
    """Return each text's line, left and right edge, sorted."""
    found = []
    for classes, x, y, text in _TEXT.findall(chart):
        width, at = len(text) * LETTER, float(x)
        left = at - width if "end" in classes.split() else at - width / 2 if "middle" in classes.split() else at
        found.append((float(y), left, left + width, text))
    return sorted(found)


@pytest.mark.parametrize(
    ("seats", "median", "accounts"), [(15, 14, 3), (14, 15, 14), (500, 501, 499), (2, 50, 49), (50, 14, 13)]
)
def test_nothing_is_drawn_over_something_else(seats: float, median: float, accounts: float) -> None:
    chart = bullets("Accounts", [Bullet("1:One", accounts, accounts, {"seats": seats, "median": median})])

    for (upper, _, right, one), (lower, left, _, other) in pairwise(spans(chart)):
        assert upper != lower or right <= left, (one, other)
    for mark in map(float, _LINE.findall(chart)):
        for y, left, right, text in spans(chart):
            assert y > 50 or not left < mark < right, text
