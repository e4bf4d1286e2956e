"""LinkedIn's segments of users, and audiences uploaded whole as lists, against the sandbox."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import orjson
import pytest

from abm.destinations import Change, WholeAudiences
from abm.destinations.linkedin import destination, lists
from abm.destinations.linkedin.destination import connect
from abm.errors import ConfigurationError, RefusedError, RetryableError
from abm.settings import Connection
from abm_sandbox.credentials import LINKEDIN_ACCOUNT, LINKEDIN_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.linkedin import create_app

COMPANIES, PEOPLE = "Programme wide", "Programme reach"


@pytest.fixture
def sandbox(server, store, clock):
    app = create_app(store, limits=False, clock=clock, fresh_seconds=0, build_seconds=3600)
    server[1]["app"] = app
    return app


@pytest.fixture
def open_linkedin(server, sandbox):
    opened = []

    def open_with(**extra):
        given = {"account": LINKEDIN_ACCOUNT, "requests_per_minute": "0", "user_audiences": PEOPLE} | extra
        opened.append(connect(Connection("abm_linkedin", server[0], "", LINKEDIN_TOKEN, given)))
        return opened[-1]

    yield open_with
    for one in opened:
        one.close()


@pytest.fixture
def uploading(open_linkedin):
    return open_linkedin(upload="list")


def _digest(name):
    return hashlib.sha256(f"{name}@example.com".encode()).hexdigest()


def _person(name):
    return {"SHA256_EMAIL": _digest(name)}


def _company(name):
    return {"companyName": name, "companyWebsiteDomain": f"{name}.example"}


def _held(store, audience):
    rows = store.execute(
        "select member_key from members inner join segments on segments.id = segment_id where name = ?", [audience]
    )
    return {row["member_key"].partition("=")[2] for row in rows}


def _types(store):
    return [row["type"] for row in store.execute("select type from segments order by id")]


def test_people_go_to_a_segment_of_users_and_companies_to_one_of_companies(open_linkedin, store):
    linkedin = open_linkedin()
    linkedin.prepare([COMPANIES, PEOPLE])
    rows = [Change(f"{COMPANIES}/a", "create", _company("a")), Change(f"{PEOPLE}/b", "create", _person("b"))]
    assert {result.outcome for result in linkedin.send(rows)} == {"created"}
    assert _types(store) == ["COMPANY", "USER"]
    assert (_held(store, COMPANIES), _held(store, PEOPLE)) == ({"a.example"}, {_digest("b")})


def test_person_leaves_by_the_digest_that_was_acknowledged(open_linkedin, store):
    linkedin = open_linkedin()
    linkedin.send([Change(f"{PEOPLE}/{name}", "create", _person(name)) for name in "abc"])
    (left, changed) = linkedin.send(
        [
            Change(f"{PEOPLE}/a", "remove", {}, _person("a")),
            Change(f"{PEOPLE}/b", "update", _person("new"), _person("b")),
        ]
    )
    assert (left.outcome, changed.outcome) == ("removed", "updated")
    assert _held(store, PEOPLE) == {_digest("c"), _digest("new")}


@pytest.mark.parametrize(
    ("audience", "payload", "code"),
    [
        (COMPANIES, _person("a"), "WRONG_KIND"),
        (PEOPLE, _company("a"), "WRONG_KIND"),
        (PEOPLE, {"SHA256_EMAIL": "a@example.com"}, "INVALID_IDENTIFIER"),
        (PEOPLE, {"SHA256_EMAIL": "a" * 64, "firstName": "Ann"}, "UNKNOWN_IDENTIFIER"),
        (PEOPLE, {"SHA256_EMAIL": ""}, "NO_IDENTIFIER"),
    ],
)
def test_what_a_segment_does_not_take_is_refused_here(open_linkedin, store, audience, payload, code):
    results = open_linkedin().send(
        [Change(f"{audience}/x", "create", payload), Change(f"{COMPANIES}/a", "create", _company("a"))]
    )
    told = {result.object_key: result for result in results}[f"{audience}/x"]
    assert (told.outcome, told.reason_code) == ("refused", code)
    assert "example.com" not in told.reason
    assert _held(store, COMPANIES) == {"a.example"}


def test_list_is_uploaded_whole_and_built_by_the_clock(uploading, store, clock):
    assert isinstance(uploading, WholeAudiences)
    made = uploading.replace(COMPANIES, map(_company, map(str, range(400))), release_id="r1")
    assert (made.status, _types(store)) == ("READY", ["COMPANY_LIST_UPLOAD"])
    (read,) = uploading.read_back([COMPANIES])
    assert (read.status, read.audience_size) == ("READY", 0)  # whole there, and still in the making
    clock.now += 3600
    (read,) = uploading.read_back([COMPANIES])
    assert read.audience_size >= 300
    assert read.remote_id == made.remote_id


def test_list_of_people_holds_digests_only(uploading, store):
    uploading.replace(PEOPLE, [_person("a"), {"email": "b@example.com"}, _person("c")], release_id=None)
    assert _types(store) == ["USER_LIST_UPLOAD"]
    assert _held(store, PEOPLE) == {_digest("a"), _digest("c")}
    assert all("@" not in row["content"] for row in store.execute("select content from media"))


def test_changed_list_replaces_the_older_one(uploading, store):
    first = uploading.replace(COMPANIES, map(_company, "ab"), release_id="r1")
    second = uploading.replace(COMPANIES, map(_company, "bc"), release_id="r2")
    assert first.remote_id != second.remote_id
    assert _held(store, COMPANIES) == {"b.example", "c.example"}
    assert len(_types(store)) == 1


def test_emptied_list_is_deleted(uploading, store):
    uploading.replace(COMPANIES, map(_company, "ab"), release_id="r1")
    assert uploading.replace(COMPANIES, [], release_id="r2").status == "REMOVED"
    assert _types(store) == []
    assert [found.status for found in uploading.read_back([COMPANIES])] == ["MISSING"]


@pytest.mark.parametrize("path", ["/mediaUpload", "/listUploads", "/rest/dmpSegments"])
def test_older_list_stays_until_the_new_one_is_whole(uploading, sandbox, store, path):
    uploading.replace(COMPANIES, map(_company, "ab"), release_id="r1")
    sandbox.state.faults.append(Fault(path=path, method="POST", status=503, times=9))
    with pytest.raises(RetryableError):
        uploading.replace(COMPANIES, map(_company, "bc"), release_id="r2")
    assert {"a.example", "b.example"} <= _held(store, COMPANIES)
    sandbox.state.faults.clear()
    uploading.replace(COMPANIES, map(_company, "bc"), release_id="r2")
    assert _held(store, COMPANIES) == {"b.example", "c.example"}
    assert len(_types(store)) == 1


def test_list_that_is_too_long_is_refused_before_anything_changes(uploading, store, monkeypatch):
    monkeypatch.setattr(lists, "MOST_ROWS", 2)
    uploading.replace(COMPANIES, map(_company, "ab"), release_id="r1")
    with pytest.raises(RefusedError, match="stream it instead"):
        uploading.replace(COMPANIES, map(_company, "abc"), release_id="r2")
    assert _held(store, COMPANIES) == {"a.example", "b.example"}


@pytest.mark.parametrize(("before", "after"), [("stream", "list"), ("list", "stream")])
def test_segment_of_the_former_way_is_told_before_another_is_made(open_linkedin, store, before, after):
    former, present = open_linkedin(upload=before), open_linkedin(upload=after)
    if before == "list":
        former.replace(COMPANIES, map(_company, "ab"), release_id="r1")
    else:
        former.prepare([COMPANIES])
    with pytest.raises(ConfigurationError, match=r"still has segment .* Delete that segment in Campaign Manager"):
        present.prepare([COMPANIES])
    assert len(_types(store)) == 1
    store.execute("delete from segments")
    present.prepare([COMPANIES])


def test_unknown_way_of_uploading_is_told(open_linkedin):
    with pytest.raises(ConfigurationError, match="'upload' is not known"):
        open_linkedin(upload="fax")


def test_list_is_sent_as_its_template_says(uploading, store):
    uploading.replace(COMPANIES, [_company("a") | {"city": "Köln, Süd"}], release_id=None)
    (row,) = store.execute("select identifiers from members")
    assert orjson.loads(row["identifiers"])["city"] == "Köln, Süd"


@pytest.mark.parametrize("upload", ["stream", "list"])
def test_person_leaves_an_audience_that_the_policy_of_people_no_longer_names(open_linkedin, store, monkeypatch, upload):
    policy = SimpleNamespace(audiences={"linkedin": {"one_to_many": "Renamed"}}, audience_holds={"linkedin": "people"})
    monkeypatch.setattr(destination, "load_policy", lambda _: policy)
    linkedin = open_linkedin(user_audiences=None, upload=upload)
    if upload == "list":
        linkedin.replace(PEOPLE, map(_person, "ab"), release_id="r1")
        linkedin.replace(PEOPLE, map(_person, "b"), release_id="r2")
    else:
        open_linkedin().send([Change(f"{PEOPLE}/{name}", "create", _person(name)) for name in "ab"])
        linkedin.prepare([PEOPLE])
        linkedin.send([Change(f"{PEOPLE}/a", "remove", {}, _person("a"))])
    assert _held(store, PEOPLE) == {_digest("b")}
