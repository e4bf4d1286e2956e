"""Meta audiences replaced whole, in one session, against the sandbox."""

from __future__ import annotations

import hashlib

import orjson
import pytest

from abm.destinations import WholeAudiences
from abm.destinations.meta import replacing
from abm.destinations.meta.destination import connect
from abm.errors import ConfigurationError, RetryableError
from abm.http import ATTEMPTS
from abm.settings import Connection
from abm_sandbox.credentials import META_ACCOUNT, META_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.meta import create_app

CORE = "Programme core"


@pytest.fixture
def sandbox(server, store, clock):
    app = create_app(store, limits=False, clock=clock, update_seconds=60, minimum=100)
    server[1]["app"] = app
    return app


@pytest.fixture
def open_meta(server, sandbox):
    opened = []

    def open_with(**extra):
        given = {"account": META_ACCOUNT, "upload": "replace"} | extra
        opened.append(connect(Connection("abm_meta", server[0], "", META_TOKEN, given)))
        return opened[-1]

    yield open_with
    for destination in opened:
        destination.close()


@pytest.fixture
def meta(open_meta):
    return open_meta()


def _people(names):
    return [{"email": f"{name}@example.com", "EMAIL": _digest(name)} for name in names]


def _digest(name):
    return hashlib.sha256(f"{name}@example.com".encode()).hexdigest()


def _held(store):
    return {orjson.loads(row["identifiers"])["EMAIL"] for row in store.execute("select identifiers from members")}


def test_audience_holds_exactly_its_people_also_when_it_is_small(meta, store):
    assert isinstance(meta, WholeAudiences)
    meta.replace(CORE, _people("abc"), release_id="r1")
    told = meta.replace(CORE, _people("cd"), release_id="r2")
    assert told.status == "READY"
    assert _held(store) == {_digest("c"), _digest("d")}


def test_large_audience_takes_effect_with_its_last_batch(meta, store, sandbox, monkeypatch):
    monkeypatch.setattr(replacing, "ROWS_A_REQUEST", 2)
    meta.replace(CORE, _people("ab"), release_id="r1")
    sandbox.state.faults.append(Fault(path="/usersreplace", skip=2, status=503, times=9))
    with pytest.raises(RetryableError):
        meta.replace(CORE, _people("cdefg"), release_id="r2")
    assert _held(store) == {_digest("a"), _digest("b")}


def test_session_that_broke_off_blocks_for_ninety_minutes(meta, store, sandbox, clock, monkeypatch):
    monkeypatch.setattr(replacing, "ROWS_A_REQUEST", 2)
    sandbox.state.faults.append(Fault(path="/usersreplace", skip=1, status=503, times=ATTEMPTS))
    with pytest.raises(RetryableError):
        meta.replace(CORE, _people("abc"), release_id="r1")
    with pytest.raises(RetryableError, match="under way"):
        meta.replace(CORE, _people("abc"), release_id="r2")
    clock.now += 91 * 60
    meta.replace(CORE, _people("abc"), release_id="r3")
    assert _held(store) == {_digest(name) for name in "abc"}


def test_who_cannot_be_named_is_left_out_and_nobody_at_all_deletes(meta, store):
    meta.replace(CORE, [*_people("a"), {"city": "Berlin"}], release_id="r1")
    assert _held(store) == {_digest("a")}
    assert meta.replace(CORE, [], release_id="r2").status == "REMOVED"
    assert [found.status for found in meta.read_back([CORE])] == ["MISSING"]


def test_small_or_updating_audience_reads_back_as_ready(meta, sandbox, clock):
    meta.replace(CORE, _people("a"), release_id="r1")
    assert [found.status for found in meta.read_back([CORE])] == ["READY"]
    clock.now += 60
    assert [found.status for found in meta.read_back([CORE])] == ["READY"]
    (row,) = sandbox.state.ad_account.audiences(0, 1)
    sandbox.state.ad_account.flag(row["id"])
    assert [found.status for found in meta.read_back([CORE])] == ["FLAGGED"]


def test_unknown_way_of_uploading_is_told(open_meta):
    with pytest.raises(ConfigurationError, match="'upload' is not known"):
        open_meta(upload="fax")
