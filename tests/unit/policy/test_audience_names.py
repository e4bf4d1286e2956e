"""Names of audiences that tell more than a platform, or a colleague on the ad account, should read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.policy.load import load_policy, read_policy_file

if TYPE_CHECKING:
    from pathlib import Path


def _warnings(folder: Path, name: str, more: str = "") -> list[str]:
    policy = folder / "policy.yml"
    policy.write_text(f"audiences:\n  linkedin:\n    one_to_many: {name}\n{more}", encoding="utf-8")
    return [str(fault) for fault in read_policy_file(policy).warnings if "audiences.linkedin" in str(fault)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Programme hospital patients", "health"),
        ("ABM wave", "how an account is treated"),
        ("Strategic 12", "how an account is treated"),
        ("one_to_few autumn", "how an account is treated"),
        ("Tier 1", "how an account is treated"),
        ("High intent autumn", "what somebody did"),
        ("Opted in autumn", "consent"),
        ("CFOs and CTO autumn", "who is in it"),
        ("jo@example.com", "who is in it"),
    ],
)
def test_names_that_tell_are_warned_of(tmp_path: Path, name: str, told: str):
    (warning,) = _warnings(tmp_path, f'"{name}"')
    assert told in warning


def test_marketers_name_tells_who_works_on_it(tmp_path: Path):
    marketers = "styles: {one_to_few: {seats: {marketers: [{name: Quentin}]}}}\n"
    (warning,) = _warnings(tmp_path, "Quentin autumn", marketers)
    assert "who works on it" in warning


@pytest.mark.parametrize("name", ["Programme wide", "Optics north", "Arrivals autumn", "Liter 4"])
def test_neutral_names_pass(tmp_path: Path, name: str):
    assert _warnings(tmp_path, name) == []


def test_shipped_names_are_neutral():
    assert not [fault for fault in load_policy(None).warnings if "audiences." in str(fault)]
