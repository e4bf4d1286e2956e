"""Charts of a rehearsal as inline SVG: colours come from the page's style sheet, numbers stand in its tables too."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH = 720
_LABEL, _ROW, _BAR = 215, 64, 14
_FLOW_HEIGHT, _FLOW_GAP, _NODE = 260, 14, 12
_LEAST_RIBBON = 2.0
_PANEL_WIDTH, _PANEL_HEIGHT = 340, 150
_LETTER = 7  # width of one, at most


@dataclass(frozen=True)
class Bullet:
    """One style's figure before and after, beside what it is held against."""

    label: str
    before: float | None
    after: float | None
    marks: Mapping[str, float]
    band: tuple[float, float] | None = None


def bullets(title: str, rows: Sequence[Bullet]) -> str:
    """Draw one row a style, each on its own scale: styles differ by orders of magnitude."""
    height = _ROW * len(rows) + 8
    drawn = "".join(_bullet(row, number * _ROW) for number, row in enumerate(rows))
    return _svg(title, WIDTH, height, drawn)


def flow(title: str, moves: Sequence[tuple[str, str, int]], order: Sequence[str]) -> str:
    """Draw how many accounts go from which style to which, ribbons as wide as they are many."""
    left, right = _stack(moves, 0, order), _stack(moves, 1, order)
    total = sum(number for _, _, number in moves)
    gaps = _FLOW_GAP * (max(len(left), len(right)) - 1)
    unit = (_FLOW_HEIGHT - gaps) / total if total else 0
    starts, ends = _tops(left, unit), _tops(right, unit)
    used_left, used_right = dict(starts), dict(ends)
    parts: list[str] = []
    for old, new, number in sorted(moves, key=lambda move: (order.index(move[0]), order.index(move[1]))):
        parts.append(
            _ribbon(used_left[old], used_right[new], max(number * unit, _LEAST_RIBBON), f"{old} to {new}: {number:,}")
        )
        used_left[old] += number * unit
        used_right[new] += number * unit
    nodes = [*_nodes(left, starts, unit, is_left=True), *_nodes(right, ends, unit, is_left=False)]
    return _svg(title, WIDTH, _FLOW_HEIGHT + 12, "".join([*parts, *nodes]))


def panel(title: str, days: Sequence[str], values: Sequence[float], reviews: Sequence[bool]) -> str:
    """Draw one style's accounts over the replayed months; reviews are filled dots."""
    top = max([*values, 1]) * 1.15
    step = (_PANEL_WIDTH - 80) / max(len(values) - 1, 1)
    points = [(40 + number * step, 110 - 80 * value / top) for number, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle class="{"review" if is_review else "night"}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
        f"<title>{escape(day)}: {value:,.0f}</title></circle>"
        for (x, y), day, value, is_review in zip(points, days, values, reviews, strict=True)
    )
    ends = f'<text class="muted" x="40" y="134">{escape(days[0])}</text>'
    ends += f'<text class="muted end" x="{_PANEL_WIDTH - 40}" y="134">{escape(days[-1])}</text>'
    numbers = f'<text x="{points[0][0]:.1f}" y="{points[0][1] - 10:.1f}">{values[0]:,.0f}</text>'
    numbers += f'<text class="end" x="{points[-1][0]:.1f}" y="{points[-1][1] - 10:.1f}">{values[-1]:,.0f}</text>'
    axis = f'<line class="axis" x1="40" y1="110" x2="{_PANEL_WIDTH - 40}" y2="110"/>'
    return _svg(
        title, _PANEL_WIDTH, _PANEL_HEIGHT, f'{axis}<polyline class="line" points="{line}"/>{dots}{numbers}{ends}'
    )


def _bullet(row: Bullet, top: float) -> str:
    known = [value for value in (row.before, row.after, *row.marks.values(), *(row.band or ())) if value is not None]
    scale = (WIDTH - _LABEL - 90) / (max([*known, 1]))
    parts = [f'<text class="label" x="0" y="{top + 30}">{escape(row.label)}</text>']
    if row.band:
        low, high = (value * scale for value in row.band)
        parts.append(
            f'<rect class="band" x="{_LABEL + low:.1f}" y="{top + 6}" width="{max(high - low, 1):.1f}" height="40"/>'
        )
    marks = sorted((value * scale, f"{name} {value:,.0f}") for name, value in row.marks.items())
    for name, value, offset in (("before", row.before, 10), ("after", row.after, 28)):
        if value is not None:
            width, told = max(value * scale, 1), f"{value:,.0f}"
            parts.append(
                f'<rect class="{name}" x="{_LABEL}" y="{top + offset}" width="{width:.1f}" height="{_BAR}" rx="2"/>'
                f'<text x="{_LABEL + _beside(width, told, marks):.1f}" y="{top + offset + 11}">{told}</text>'
            )
    return "".join([*parts, *_marks(marks, top)])


def _beside(width: float, told: str, marks: Sequence[tuple[float, str]]) -> float:
    """Return where a bar's number begins: right of the bar, and of every mark it would be crossed by."""
    x = width + 6
    for place, _ in marks:
        if x - 4 < place < x + len(told) * _LETTER + 4:
            x = place + 6
    return x


def _marks(marks: Sequence[tuple[float, str]], top: float) -> Iterator[str]:
    """Draw marks from left to right; names that would overlap stand on either side of their lines."""
    is_close = len(marks) > 1 and marks[-1][0] - marks[0][0] < (len(marks[0][1]) + len(marks[-1][1])) * _LETTER / 2
    for number, (place, told) in enumerate(marks):
        x = _LABEL + place
        yield f'<line class="mark" x1="{x:.1f}" y1="{top + 4}" x2="{x:.1f}" y2="{top + 48}"/>'
        if is_close:
            anchor, at = ("muted end", x - 3) if number == 0 else ("muted", x + 3)
        else:
            anchor, at = "muted middle", min(x, WIDTH - 60)
        yield f'<text class="{anchor}" x="{at:.1f}" y="{top + 59}">{escape(told)}</text>'


def _stack(moves: Sequence[tuple[str, str, int]], side: int, order: Sequence[str]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for move in moves:
        totals[str(move[side])] = totals.get(str(move[side]), 0) + move[2]
    return {style: totals[style] for style in order if style in totals}


def _tops(stack: Mapping[str, int], unit: float) -> dict[str, float]:
    tops, top = {}, 6.0
    for style, number in stack.items():
        tops[style] = top
        top += number * unit + _FLOW_GAP
    return tops


def _ribbon(start: float, end: float, width: float, told: str) -> str:
    left, right = 230, WIDTH - 230
    middle = (left + right) / 2
    y0, y1 = start + width / 2, end + width / 2
    curve = f"M{left},{y0:.1f} C{middle},{y0:.1f} {middle},{y1:.1f} {right},{y1:.1f}"
    return f'<path class="ribbon" stroke-width="{width:.1f}" d="{curve}"><title>{escape(told)}</title></path>'


def _nodes(stack: Mapping[str, int], tops: Mapping[str, float], unit: float, *, is_left: bool) -> Iterator[str]:
    for style, number in stack.items():
        x = 230 - _NODE if is_left else WIDTH - 230
        text_x, anchor = (x - 8, "end") if is_left else (x + _NODE + 8, "start")
        height = max(number * unit, _LEAST_RIBBON)
        text_y = tops[style] + height / 2 + 4
        yield (
            f'<rect class="node" x="{x}" y="{tops[style]:.1f}" width="{_NODE}" height="{height:.1f}"/>'
            f'<text class="{anchor}" x="{text_x}" y="{text_y:.1f}">{escape(style)} {number:,}</text>'
        )


def _svg(title: str, width: int, height: float, inside: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(title, quote=True)}" viewBox="0 0 {width} {height:.0f}" '
        f'xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )
