"""`abm simulate` from the command line, before any warehouse is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from abm.cli import app
from abm.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


def test_policy_must_be_named() -> None:
    result = CliRunner().invoke(app, ["simulate"])

    assert result.exit_code == 2
    assert "--policy" in result.output


def test_faulty_policy_is_refused_before_anything_starts(tmp_path: Path) -> None:
    file = tmp_path / "policy.yml"
    file.write_text("styles: {one_to_one: {seats: {limit: -1}}}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["simulate", "--policy", str(file)])

    assert isinstance(result.exception, ConfigurationError)
    assert not (tmp_path / "home").exists()


def test_more_months_than_five_years_are_refused() -> None:
    assert CliRunner().invoke(app, ["simulate", "--policy", "policy.yml", "--months", "61"]).exit_code == 2
