"""`abm doctor`: each fault with its remedy, and none hides another."""

from __future__ import annotations

import json
import sys

import pytest

from abm import doctor
from abm.doctor import examine
from abm.settings import CONNECTION_PREFIX, load_settings

SECRET = "very-secret"


@pytest.fixture
def sound(monkeypatch, warehouse_url, tmp_path):
    """A laptop with a warehouse and one folder of files."""
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "mapping.yml").write_text("entities: {accounts: {file: a.csv, columns: {account_id: id}}}")
    monkeypatch.setenv("ABM_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv(f"{CONNECTION_PREFIX}FILES", json.dumps({"extra": {"path": str(tmp_path)}}))
    return monkeypatch


def _faults():
    return {finding.subject: finding.told for finding in examine(load_settings()) if finding.fault}


def test_sound_set_up_has_no_fault(sound):
    findings = {finding.subject: finding.told for finding in examine(load_settings())}

    assert _faults() == {}
    assert findings["connection abm_files"] == "can be read"
    assert findings["connection abm_salesforce"] == "not configured"
    assert "yours, migrated" in findings["warehouse"]


def test_no_fault_hides_another(sound, tmp_path):
    sound.setattr(sys, "version_info", (3, 9, 1))
    sound.setattr(doctor, "PACKAGES", ("no-such-package",))
    sound.setenv("ABM_HOME", str(tmp_path / "a.csv" / "home"))
    sound.setenv("ABM_POLICY", str(tmp_path / "none.yml"))
    sound.setenv("ABM_WAREHOUSE_URL", f"postgresql://user:{SECRET}@127.0.0.1:1/abm")
    sound.setenv(f"{CONNECTION_PREFIX}HUBSPOT", f'{{"password": "{SECRET}"')
    sound.setenv(f"{CONNECTION_PREFIX}SALESFORCE", json.dumps({"password": SECRET}))
    sound.setenv(f"{CONNECTION_PREFIX}LINKEDIN", json.dumps({"host": "http://127.0.0.1:1", "password": SECRET}))
    (tmp_path / "mapping.yml").unlink()
    faults = _faults()

    assert {"Python", "no-such-package", "ABM_HOME", "policy", "warehouse"} <= set(faults)
    assert {f"connection abm_{name}" for name in ("hubspot", "salesforce", "linkedin")} <= set(faults)
    assert any("mapping.yml" in subject for subject in faults)
    assert SECRET not in str(faults)
    assert all(len(told.split(". ")) > 1 for told in faults.values())  # a problem and a remedy


def test_nothing_configured_says_where_to_begin(sound):
    sound.delenv(f"{CONNECTION_PREFIX}FILES")
    assert list(_faults()) == ["connections"]
    assert "docs/connections.md" in _faults()["connections"]


def test_channels_of_alerts_are_looked_at_one_by_one(sound):
    sound.setenv(f"{CONNECTION_PREFIX}ALERTS_SLACK", json.dumps({"password": f"T0/B0/{SECRET}"}))
    sound.setenv(f"{CONNECTION_PREFIX}ALERTS_MAIL", json.dumps({"host": "mail.example.com", "password": SECRET}))
    sound.setenv(f"{CONNECTION_PREFIX}ALERTS_TEAMS", json.dumps({"password": SECRET}))
    found = {finding.subject: finding for finding in examine(load_settings())}

    assert {name for name, finding in found.items() if finding.fault} == {
        "connection abm_alerts_mail",
        "connection abm_alerts_teams",
    }
    assert found["connection abm_alerts_mail"].told == "lacks to, from_email. See docs/alerts.md"
    assert found["connection abm_alerts_teams"].told.startswith("is no channel of alerts. Name it abm_alerts_slack, ")
    assert found["connection abm_alerts_slack"].told == "complete; no alert was sent to try it"
    assert found["connection abm_alerts_webhook"].told == "not configured"
    assert SECRET not in str(found)


def test_little_space_is_told_with_the_amount(sound):
    sound.setattr(doctor.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 2**29})())
    assert "0.5 GB left" in _faults()["ABM_HOME"]
