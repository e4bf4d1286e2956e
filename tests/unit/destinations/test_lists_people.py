"""Upload files of people: each platform's headers, and its own digests or what the CRM has, as the policy says."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from abm.destinations.lists.destination import Lists, connect
from abm.destinations.lists.people import GOOGLE, LINKEDIN_PEOPLE, META, people_templates

if TYPE_CHECKING:
    from pathlib import Path

    from abm.destinations import Form

ANN = {
    "email": "A.nn+news@gmail.com",
    "phone": "+1 (650) 555-1212",
    "first_name": "Ann",
    "last_name": "O'Brien",
    "city": "Menlo Park",
    "postal_code": "94035-1234",
    "country": "US",
}
ACME = {"companyName": "Acme"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_platform_has_its_own_headers() -> None:
    assert list(GOOGLE.headers) == ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"]
    assert list(META.headers) == ["email", "phone", "fn", "ln", "ct", "zip", "country"]
    assert list(LINKEDIN_PEOPLE.headers) == ["email"]


def test_hashed_files_have_each_platforms_own_digests(tmp_path: Path) -> None:
    Lists(tmp_path).replace("reach", [ANN], release_id="r1")
    (google,), (meta,), (linkedin,) = (
        rows_of(tmp_path / "reach" / f"{name}.csv") for name in ("google", "meta", "linkedin_people")
    )
    # Gmail's dots and tags count for LinkedIn and Meta, and not for Google.
    assert google["Email"] == digest("ann@gmail.com")
    assert meta["email"] == linkedin["email"] == digest("a.nn+news@gmail.com")
    assert (google["Phone"], meta["phone"]) == (digest("+16505551212"), digest("16505551212"))
    assert (google["Country"], google["Zip"]) == ("US", "94035-1234")  # Google matches these unhashed
    assert (meta["country"], meta["zip"], meta["ct"]) == (digest("us"), digest("94035"), digest("menlopark"))
    assert (google["Last Name"], meta["ln"]) == (digest("o'brien"), digest("obrien"))


def test_person_stands_in_the_files_of_those_platforms_alone_whose_digests_it_has(tmp_path: Path) -> None:
    bo = {"hashedEmail": digest("bo at Google"), "regionCode": "DE"}
    cy = {"EMAIL": digest("cy at Meta"), "COUNTRY": digest("de")}
    Lists(tmp_path).replace("reach", [bo, cy], release_id="r1")
    files = {name: rows_of(tmp_path / "reach" / f"{name}.csv") for name in ("google", "meta", "linkedin_people")}
    assert [(row["Email"], row["Country"]) for row in files["google"]] == [(bo["hashedEmail"], "DE")]
    assert [(row["email"], row["country"]) for row in files["meta"]] == [(cy["EMAIL"], cy["COUNTRY"])]
    assert files["linkedin_people"] == []


def test_plain_files_have_what_the_crm_has(tmp_path: Path) -> None:
    Lists(tmp_path, "plain").replace("reach", [ANN], release_id="r1")
    (google,) = rows_of(tmp_path / "reach" / "google.csv")
    assert (google["Email"], google["Phone"]) == ("A.nn+news@gmail.com", "1 (650) 555-1212")
    manifest = json.loads((tmp_path / "reach" / "manifest.json").read_text(encoding="utf-8"))
    assert {one["form"] for one in manifest["lists"]} == {"plain"}


def test_digests_made_before_are_taken_as_they_are(tmp_path: Path) -> None:
    people = [{"hashedEmail": "a" * 64}, {"EMAIL": "b" * 64}, {"SHA256_EMAIL": "c" * 64}]
    Lists(tmp_path).replace("reach", people, release_id="r1")
    written = {name: rows_of(tmp_path / "reach" / f"{name}.csv") for name in ("google", "meta", "linkedin_people")}
    assert [row["Email"] for row in written["google"]] == ["a" * 64]
    assert [row["email"] for row in written["meta"]] == ["b" * 64]
    assert [row["email"] for row in written["linkedin_people"]] == ["c" * 64]


def test_digest_is_no_plain_value(tmp_path: Path) -> None:
    Lists(tmp_path, "plain").replace("reach", [{"hashedEmail": "a" * 64}, ANN], release_id="r1")
    assert len(rows_of(tmp_path / "reach" / "google.csv")) == 1


@pytest.mark.parametrize("form", ["hashed", "plain"])
def test_what_one_platform_may_be_told_stands_in_no_other_file(tmp_path: Path, form: Form) -> None:
    people = [{"hashedEmail": "bo@example.com"}, {"EMAIL": "cy@example.com"}, {"SHA256_EMAIL": "di@example.com"}]
    Lists(tmp_path, form).replace("reach", people, release_id="r1")
    columns = {"google": "Email", "meta": "email", "linkedin_people": "email"}
    written = {
        name: [row[column] for row in rows_of(tmp_path / "reach" / f"{name}.csv")] for name, column in columns.items()
    }
    addresses = {"google": "bo@example.com", "meta": "cy@example.com", "linkedin_people": "di@example.com"}
    as_written = {"plain": str, "hashed": digest}[form]
    assert written == {name: [as_written(address)] for name, address in addresses.items()}


def test_plain_files_are_their_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "reach").mkdir()
    (tmp_path / "reach" / "google.csv.part").touch(0o644)  # a crash left it
    for form, mode in (("plain", 0o600), ("hashed", 0o666 & ~_umask())):
        Lists(tmp_path, form).replace("reach", [ANN], release_id="r1")  # type: ignore[arg-type]
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "reach").glob("*.csv")} == {mode}


def _umask() -> int:
    os.umask(mask := os.umask(0))
    return mask


@pytest.mark.parametrize(("form", "status"), [("plain", "READY"), ("hashed", "CHANGED")])
def test_files_in_another_form_than_the_policys_are_not_ready(tmp_path: Path, form: Form, status: str) -> None:
    Lists(tmp_path, "plain").replace("reach", [ANN], release_id="r1")
    Lists(tmp_path, "plain").replace("firms", [ACME], release_id="r1")
    assert [found.status for found in Lists(tmp_path, form).read_back(["reach", "firms"])] == [status, "READY"]


def test_who_lost_all_identifiers_is_still_a_person(tmp_path: Path) -> None:
    Lists(tmp_path, "plain").replace("reach", [{"EMAIL": None}, {"EMAIL": "cy@example.com"}], release_id="r1")
    assert [row["email"] for row in rows_of(tmp_path / "reach" / "meta.csv")] == ["cy@example.com"]


def test_manifest_has_counts_and_digests_of_every_file(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    audience = lists.replace("reach", [ANN, ANN | {"email": "", "phone": "+49 30 1234567"}], release_id="r1")
    manifest = json.loads((tmp_path / "reach" / "manifest.json").read_text(encoding="utf-8"))
    assert {one["platform"]: one["rows"] for one in manifest["lists"]} == {
        "linkedin_people": 1,
        "google": 2,
        "meta": 2,
    }
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "reach").glob("*.csv")
    }
    assert (audience.audience_size, lists.read_back(["reach"])[0].status) == (2, "READY")


def test_audience_of_another_kind_leaves_no_older_file(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    lists.replace("reach", [ANN], release_id="r1")
    lists.replace("reach", [ACME], release_id="r2")
    assert {path.name for path in (tmp_path / "reach").iterdir()} == {"linkedin.csv", "manifest.json"}


@pytest.mark.parametrize("form", ["hashed", "plain"])
def test_policy_says_how_people_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text(f"audience_lists: {{people: {form}}}", encoding="utf-8")
    monkeypatch.setenv("ABM_POLICY", str(policy))
    assert connect(None).people == form


def test_hashed_files_hold_nothing_readable(tmp_path: Path) -> None:
    Lists(tmp_path).replace("reach", [ANN], release_id="r1")
    for template in people_templates("hashed"):
        written = (tmp_path / "reach" / f"{template.platform}.csv").read_text(encoding="utf-8")
        assert not [value for name, value in ANN.items() if name not in {"postal_code", "country"} and value in written]
