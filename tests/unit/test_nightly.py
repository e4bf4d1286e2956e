"""Which platforms a night uses, and that every fault of its configuration is told before anything is read."""

from __future__ import annotations

import contextlib
import datetime as dt
from types import SimpleNamespace

import pytest

from abm import nightly
from abm.errors import AbmError, ConfigurationError, HeldError
from abm.nightly import check_configuration, configured_destinations, ingest_sources, run_night
from abm.settings import CONNECTION_PREFIX, load_settings

TODAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 3, tzinfo=dt.UTC)


def test_destinations_are_those_with_a_connection_and_those_that_need_none(monkeypatch):
    assert configured_destinations(load_settings()) == ["lists"]
    monkeypatch.setenv(f"{CONNECTION_PREFIX}HUBSPOT", '{"password": "token"}')
    assert configured_destinations(load_settings()) == ["hubspot", "lists"]


def test_named_destinations_are_used_as_named(monkeypatch):
    monkeypatch.setenv("ABM_DESTINATIONS", " lists , linkedin,")
    assert configured_destinations(load_settings()) == ["lists", "linkedin"]


def test_no_destination_may_be_named(monkeypatch):
    monkeypatch.setenv("ABM_DESTINATIONS", "")
    assert configured_destinations(load_settings()) == []


def test_sound_configuration_passes():
    check_configuration(load_settings(), as_of=TODAY, today=TODAY)
    check_configuration(load_settings(), as_of=None, today=TODAY)


def test_every_fault_is_told_once_and_together(monkeypatch, tmp_path):
    monkeypatch.setenv("ABM_SOURCES", "nowhere")
    monkeypatch.setenv("ABM_DESTINATIONS", "nobody")
    monkeypatch.setenv("ABM_POLICY", str(tmp_path / "none.yml"))
    monkeypatch.setenv(f"{CONNECTION_PREFIX}HUBSPOT", "{")
    with pytest.raises(ConfigurationError) as told:
        check_configuration(load_settings(), as_of=TODAY + dt.timedelta(days=1), today=TODAY)

    places = [fault.where for fault in told.value.faults]
    assert [place.split()[0] for place in places] == [
        "policy",
        "ABM_SOURCES",
        "ABM_DESTINATIONS",
        "connection",
        "--as-of",
    ]


def test_nothing_is_opened_where_the_configuration_is_wrong(monkeypatch):
    monkeypatch.setenv("ABM_SOURCES", "nowhere")
    with pytest.raises(ConfigurationError, match="ABM_SOURCES"):
        run_night("no url", load_settings(), now=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), tell=print)


def test_night_without_sources_uses_what_was_loaded(warehouse_url, warehouse):
    told = []
    with pytest.raises(ConfigurationError, match="none is connected and nothing was loaded"):
        ingest_sources(warehouse_url, load_settings(), "b1", told.append)
    warehouse.execute(
        "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged)"
        " values ('b0', 'files', 'accounts', true, 'merged', 1)"
    )

    assert ingest_sources(warehouse_url, load_settings(), "b1", told.append) == []
    assert told == ["No source is connected; what was loaded before is used"]


def test_error_of_the_only_source_is_raised(warehouse_url, monkeypatch):
    monkeypatch.setenv(f"{CONNECTION_PREFIX}FILES", '{"extra": {"path": "/nowhere/at/all"}}')
    told = []
    with pytest.raises(ConfigurationError, match="is no folder"):
        ingest_sources(warehouse_url, load_settings(), "b1", told.append)
    assert told == ["Reading files", "  source files failed; the others go on"]


@pytest.fixture
def built(monkeypatch):
    """Stand in for a build whose candidate one account would leave."""
    done = []
    monkeypatch.setattr(
        nightly,
        "release",
        SimpleNamespace(
            start_build=lambda *_, **__: None,
            lock_build=lambda _: contextlib.nullcontext(),
            compare=lambda _: SimpleNamespace(verdict="approve", summary="One account moves."),
            hold=lambda *_: done.append("held"),
            publish=lambda _url, _release, by: done.append(f"published by {by}"),
        ),
    )
    monkeypatch.setattr(nightly.transform, "build", lambda _: None)
    monkeypatch.setattr(nightly.ingest, "catch_up", lambda _: None)
    checked = SimpleNamespace(stops=[], raise_if_stopped=lambda: None)
    monkeypatch.setattr(nightly.quality, "check_candidate", lambda *_: checked)
    return done


def test_review_that_nobody_approves_is_told_once_with_what_it_takes(built):
    said: list[str] = []
    with pytest.raises(HeldError, match=r"One account moves\.\nApprove it: abm run --review --approve-by NAME"):
        nightly.model("no url", load_settings(), TODAY, "r1", review=nightly.Review(), tell=said.append)
    assert "One account moves." not in said
    assert built == ["held"]


def test_approved_review_says_what_it_publishes(built):
    said: list[str] = []
    nightly.model("no url", load_settings(), TODAY, "r1", review=nightly.Review("Ada"), tell=said.append)
    assert "One account moves." in said
    assert built == ["published by Ada"]


def test_what_changed_is_told_at_the_end_of_a_night_that_failed_too(monkeypatch, warehouse_url, warehouse):
    told = []
    monkeypatch.setattr(nightly, "ingest_sources", lambda *_: _land_held(warehouse))
    with pytest.raises(HeldError, match="held back"):
        run_night(warehouse_url, load_settings(), now=NOW, tell=told.append)
    assert told[-1].startswith("NEW landing-check-failed: hubspot: its deliveries are held back by their checks.")


def test_alerts_that_cannot_be_told_do_not_hide_why_a_night_failed(monkeypatch, warehouse_url, warehouse):
    told = []
    warehouse.execute("drop table ops.alert_deliveries")
    monkeypatch.setattr(nightly, "ingest_sources", lambda *_: _land_held(warehouse))
    with pytest.raises(HeldError, match="held back"):
        run_night(warehouse_url, load_settings(), now=NOW, tell=told.append)
    assert told[-1].startswith("Alerts were not told and come again: ")


def _land_held(warehouse):
    warehouse.execute(
        "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged, reason)"
        " values ('b1', 'hubspot', 'accounts', true, 'held', 0, 'too few rows')"
    )
    raise HeldError("held back")


def test_a_build_that_fails_leaves_a_held_release(monkeypatch, warehouse_url, warehouse):
    def broken(_):
        raise AbmError("dbt stopped")

    monkeypatch.setattr(nightly.transform, "build", broken)
    with pytest.raises(AbmError, match="dbt stopped"):
        nightly.model(warehouse_url, load_settings(), TODAY, "r1", tell=print)
    assert warehouse.execute("select status, reason from ops.releases").fetchall() == [
        ("held", "its build failed; the log of the failed step says why.")
    ]
