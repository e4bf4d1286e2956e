"""Each alert has its page, each page its alert, and each page what somebody needs at night."""

from __future__ import annotations

import pytest

from abm.alerts import KINDS
from abm.alerts.messages import RUNBOOKS
from abm.settings import PROJECT_DIR

PAGES = {page.stem: page for page in (PROJECT_DIR / RUNBOOKS).glob("*.md") if page.stem != "README"}


def test_each_kind_of_alert_has_its_page_and_each_page_its_kind() -> None:
    assert set(PAGES) == set(KINDS)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_what_it_means_how_to_look_what_to_do_and_whom_to_call(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    assert text.startswith("# ")
    places = [text.index(part) for part in ("**It means**", "**Look**", "**Do**", "**Call**")]
    assert places == sorted(places)
    assert 'abm query "' in text


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_names_its_next_step_in_one_line(name: str) -> None:
    assert KINDS[name].next_step.endswith((".", "?"))
    assert "\n" not in KINDS[name].next_step
