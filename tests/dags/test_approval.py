"""What the approval of a DAG asks and records: the answer goes to the warehouse before anything follows it."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from abm.destinations import REGISTRY
from abm.errors import HeldError

if TYPE_CHECKING:
    from abm_airflow.operators.approval import RecordedApproval

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def answers(warehouse_url: str, dagbag: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was recorded, in order."""
    from abm_airflow.hooks.warehouse import WarehouseHook

    monkeypatch.setattr(WarehouseHook, "url", warehouse_url)
    return []


def asked(answers: list[tuple[str, ...]]) -> RecordedApproval:
    from abm_airflow.operators.approval import RecordedApproval

    return RecordedApproval(
        task_id="approve",
        subject="Send this?",
        key="run-1",
        seen="3f2a9c",
        on_approve=lambda _url, *told: answers.append(("approved", *told)),
        on_reject=lambda _url, *told: answers.append(("rejected", *told)),
    )


def event(chosen: str, name: str | None) -> dict[str, Any]:
    return {
        "chosen_options": [chosen],
        "params_input": {},
        "responded_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        "responded_by_user": name and {"id": "1", "name": name},
        "timedout": name is None,
    }


def test_approval_is_recorded_with_what_was_seen_and_by_whom(answers: list[tuple[str, ...]]) -> None:
    asked(answers).execute_complete({}, event("Approve", "Ada"))  # type: ignore[typeddict-item]
    assert answers == [("approved", "run-1", "3f2a9c", "Ada")]


@pytest.mark.parametrize(("name", "told"), [("Ada", "by Ada"), (None, "by nobody in time")])
def test_rejection_and_silence_are_recorded_as_such(
    answers: list[tuple[str, ...]], name: str | None, told: str
) -> None:
    asked(answers).execute_complete({}, event("Reject", name))  # type: ignore[typeddict-item]
    assert answers == [("rejected", "run-1", f"rejected in Airflow {told}")]


@pytest.mark.parametrize("chosen", ["Approve", "Reject"])
def test_answer_that_cannot_be_recorded_fails_the_task_and_stays_asked(
    answers: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    from abm_airflow.operators import approval

    def refuse(*_: str) -> None:
        raise HeldError("the plan is another one")

    operator = asked(answers)
    operator.on_approve = operator.on_reject = refuse
    monkeypatch.setattr(approval, "note_answered", lambda *told: answers.append(("answered", *told)))
    with pytest.raises(HeldError, match="another one"):
        operator.execute_complete({}, event(chosen, "Ada"))  # type: ignore[typeddict-item]
    assert answers == []


@pytest.mark.parametrize("destination", REGISTRY)
def test_each_destination_asks_about_the_plan_that_its_guard_judged(dagbag: Any, destination: str) -> None:
    approve = dagbag.dags[f"abm_activate_{destination}"].get_task("approve")
    assert {"key", "seen", "body"} <= set(approve.template_fields)
    assert "task_ids='plan'" in approve.key
    assert ("task_ids='guard'" in approve.seen, "key='plan'" in approve.seen) == (True, True)
    assert approve.on_approve.__name__ == "_approve"
    assert (approve.defaults, approve.response_timeout) == (["Reject"], timedelta(hours=20))
