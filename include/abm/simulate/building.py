"""dbt over the rehearsal's schemas: what hangs on the policy is built, the rest is read from the last build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm.dbt_messages import told_failures, told_output
from abm.errors import AbmError
from abm.last_build import project_digest
from abm.release.ledger import LEDGERS
from abm.settings import load_settings
from abm.simulate.schemas import PREFIX
from abm.transform import DBT_PROJECT_DIR, read_results, run_dbt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHOWN = (
    "dim_accounts",
    "fct_account_styles",
    "fct_account_scores",
    "fct_style_capacity",
    "fct_experiments",
    "audience_members",
)
MODELS = tuple(dict.fromkeys((*SHOWN, *(ledger.mart for ledger in LEDGERS))))
_VARIABLES = {"ABM_DBT_SCHEMA_PREFIX": PREFIX}


def prepare(url: str) -> Sequence[str]:
    """Note where the last build's tables stand, and return the ops tables that models read."""
    noted = _state_dir() / "project"
    project = project_digest(DBT_PROJECT_DIR)
    if not noted.exists() or noted.read_text(encoding="utf-8") != project:
        _note_last_build(url)
        noted.write_text(project, encoding="utf-8")
    manifest = orjson.loads((_state_dir() / "manifest.json").read_bytes())
    return [source["identifier"] for source in manifest["sources"].values() if source["source_name"] == "ops"]


def build(url: str) -> None:
    """Build what the rehearsal shows; a table that would come out as it is already is read from the last build.

    Raises AbmError that names the models that failed.
    """
    models = [f"+{model},source:ops+" for model in MODELS]
    deferral = ("--defer", "--favor-state", "--state", str(_state_dir()))
    output = run_dbt(url, "run", "--select", *models, *deferral, target=_target_dir(), variables=_VARIABLES)
    if output.returncode:
        told = told_failures(read_results(_target_dir()), _target_dir()) or told_output(output, _target_dir())
        raise AbmError(f"{told}. If abm was updated since the last build, build once first: abm run --dry-run")


def _note_last_build(url: str) -> None:
    output = run_dbt(url, "parse", target=_target_dir(), variables=_VARIABLES)
    if output.returncode:
        raise AbmError(told_output(output, _target_dir()))
    manifest = orjson.loads((_target_dir() / "manifest.json").read_bytes())
    _state_dir().mkdir(exist_ok=True)
    (_state_dir() / "manifest.json").write_bytes(orjson.dumps(_of_the_last_build(manifest)))


def _of_the_last_build(manifest: dict[str, Any]) -> dict[str, Any]:
    """Give each node the schema that the nightly build has it in."""
    for node in manifest["nodes"].values():
        node["schema"] = node["schema"].removeprefix(PREFIX)
        if node.get("relation_name"):
            node["relation_name"] = node["relation_name"].replace(f'"{PREFIX}', '"')
    return manifest


def _target_dir() -> Path:
    """Return a folder of our own: another environment would make the nightly build parse everything again."""
    return load_settings().home_dir / "dbt-simulation"


def _state_dir() -> Path:
    return _target_dir() / "last-build"
