"""A rehearsal in the terminal and as a page."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from tests.unit.simulate.conftest import mover

from abm.errors import ConfigurationError
from abm.policy.load import load_policy
from abm.simulate import show
from abm.simulate.command import write_page
from abm.simulate.outcome import ExperimentLine
from abm.simulate.page import page
from abm.simulate.traits import UnmatchedTrait

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from abm.simulate import Rehearsal

    Make = Callable[..., Rehearsal]


class _Reading(HTMLParser):
    """Tags, their attributes, and whether each one that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def printed(rehearsal: Rehearsal, *, is_json: bool = False, width: int = 160) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        show(rehearsal, load_policy(None), console, is_json=is_json, html=None)
    return captured.get()


def read(text: str) -> _Reading:
    reading = _Reading()
    reading.feed(text)
    assert reading.open == []
    return reading


def test_table_names_movers_counts_and_what_the_cap_holds_back(rehearsal: Make) -> None:
    told = printed(rehearsal())

    assert "Acme Ltd" in told
    assert "2 accounts change style." in told
    assert "4 more would move but are beyond the cap of one review." in told
    assert "Digest 0123" in told


def test_moves_that_are_due_anyway_are_told_apart(rehearsal: Make) -> None:
    told = "1 of them is what a review by the policy in force proposes as well."

    assert told in printed(rehearsal())
    assert told not in printed(rehearsal(policy_version="old"))


def test_without_a_release_only_the_after_side_is_shown(rehearsal: Make) -> None:
    told = printed(rehearsal(live=None))

    assert "Nothing is published yet" in told
    assert "change style" not in told


@pytest.mark.parametrize(
    ("planned_before", "told"),
    [
        (200_000.0, "What was planned in EUR before is shown in USD, by the policy's rates."),
        (None, "What was planned in EUR before is not shown: the policy's rates do not name EUR."),
    ],
)
def test_another_currency_before_is_told(rehearsal: Make, planned_before: float | None, told: str) -> None:
    made = rehearsal()
    assert made.live is not None
    line, *others = made.outcome.styles
    assert line.before is not None
    styles = [
        replace(line, before=replace(line.before, planned_spend=planned_before)),
        *(replace(other, before=None) for other in others),
    ]
    changed = replace(made, live=replace(made.live, currency="EUR"), outcome=replace(made.outcome, styles=styles))

    assert told in printed(changed)
    assert told in page(changed, {}).replace("&#x27;", "'")
    assert "planned in" not in printed(made)


def test_power_checks_and_unknown_values_are_told(rehearsal: Make) -> None:
    made = rehearsal()
    test = ExperimentLine(
        "adverts", "Account adverts", "one_to_few", "planned", "Too small: 3 accounts", is_large_enough=False
    )
    trait = UnmatchedTrait("programme banks", "technology", "snowflak")
    changed = replace(made, outcome=replace(made.outcome, experiments=[test], unmatched_traits=[trait]))

    for text in (printed(changed), page(changed, {}).replace("&#x27;", "'")):
        assert "Account adverts" in text
        assert "Too small: 3" in text
        assert "No account has the technology 'snowflak', which programme banks asks for." in text


def test_no_number_is_cut_on_a_narrow_terminal(rehearsal: Make) -> None:
    told = printed(rehearsal(), width=80)

    assert "200,000" in told
    assert "120,000" in told
    assert "…" not in told.partition("Moves")[0]


def test_policy_in_force_is_called_so(rehearsal: Make) -> None:
    assert "It is the policy in force." in printed(rehearsal(policy_version="old"))


def test_json_has_every_mover(rehearsal: Make) -> None:
    assert printed(rehearsal(), is_json=True).count('"account_name"') == 2


def test_page_is_well_formed_and_loads_nothing(rehearsal: Make) -> None:
    reading = read(page(rehearsal(), {"linkedin": 300}))

    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in reading.tags}
    assert all(not {"src", "href"} & set(attributes) for _, attributes in reading.tags)


def test_page_is_readable_without_seeing_its_charts(rehearsal: Make) -> None:
    reading = read(page(rehearsal(), {}))
    charts = [attributes for tag, attributes in reading.tags if tag == "svg"]

    assert len(charts) >= 4
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert [tag for tag, _ in reading.tags if tag.startswith("h")][:3] == ["html", "head", "h1"]


def test_names_cannot_break_out_of_the_page(rehearsal: Make) -> None:
    outcome = rehearsal().outcome
    hostile = mover("x.example", "one_to_one", "one_to_few", name="<script>alert('1')</script>")
    changed = type(outcome)(outcome.styles, [hostile], outcome.audiences)

    assert "<script" not in page(rehearsal(outcome=changed), {})


def test_charts_are_xml_whatever_the_counts(rehearsal: Make) -> None:
    text = page(rehearsal(), {})
    for chart in text.split("<svg")[1:]:
        ET.fromstring("<svg" + chart.partition("</svg>")[0] + "</svg>")  # noqa: S314 (made by us just now)


def test_page_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--html"):
        write_page(tmp_path / "missing" / "report.html", "")
