"""What people and editors see of a policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from abm.policy.json_schema import json_schema, policy_json_schema
from abm.policy.load import DEFAULT_POLICY, load_policy
from abm.policy.present import check_lines, show_lines
from abm.policy.schema import Policy
from abm.policy.versions import policy_version

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[3] / "docs" / "policy.md"


def described(schema: dict) -> Iterator[tuple[str, dict]]:
    for part, definition in {**schema["$defs"], "Policy": schema}.items():
        for name, field in definition["properties"].items():
            yield f"{part}.{name}", field


def test_the_defaults_fit_the_published_schema():
    schema = policy_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(DEFAULT_POLICY.read_text(encoding="utf-8")), schema)


@pytest.mark.parametrize(
    "document", [{}, {"factors": {"cltv": 1}}, {"styles": {"one_to_one": {"seats": {"marketers": 2}}}}]
)
def test_a_file_may_name_only_what_it_changes(document: dict):
    jsonschema.validate(document, policy_json_schema())


@pytest.mark.parametrize("document", [{"wieghts": {}}, {"scale_factor": "2"}, {"profiles": [{"name": "one"}]}])
def test_editors_mark_what_the_loader_refuses(document: dict):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, policy_json_schema())


def test_the_schema_is_printed_as_json():
    assert json.loads(json_schema()) == policy_json_schema()


def test_every_key_says_which_question_it_answers():
    assert [name for name, field in described(policy_json_schema()) if not field.get("description")] == []


def test_every_key_stands_in_the_docs():
    text = DOCS.read_text(encoding="utf-8")
    schema = policy_json_schema()
    closed = {f"Factors.{factor}" for factor in schema["$defs"]["Factors"]["properties"]}
    names = {name.rpartition(".")[2] for name, _ in described(schema) if name not in closed}
    assert sorted(name for name in names - {"vp", "director", "manager"} if name not in text) == []


def test_check_of_a_good_policy_ends_with_its_version():
    lines, usable = check_lines(None)
    assert usable
    assert lines == [f"default.yml: 0 warnings, usable, version {policy_version(load_policy(None))}"]


def test_check_shows_every_fault_and_the_verdict(tmp_path: Path):
    path = tmp_path / "policy.yml"
    path.write_text("scale_factor: 0\nreasons_shown: 99\n")
    lines, usable = check_lines(path)
    assert not usable
    assert [line.split(":")[0] for line in lines] == ["fault    scale_factor", "fault    reasons_shown", "policy.yml"]
    assert lines[-1] == "policy.yml: 2 faults, not usable"


def test_warnings_leave_a_policy_usable(tmp_path: Path):
    path = tmp_path / "policy.yml"
    path.write_text("styles: {one_to_one: {label: Tier 1}}")
    lines, usable = check_lines(path)
    assert usable
    assert lines[0].startswith("warning  styles.one_to_one.label: 'Tier 1' is a tier")


def test_show_names_version_seats_and_values():
    policy = load_policy(None)
    lines = list(show_lines(policy))
    assert lines[0] == f"version {policy_version(policy)}, amounts in USD"
    assert "targeted_demand_gen: 'Targeted demand generation', unlimited seats" in lines
    assert "factors.cltv = 15.0" in lines
    assert "profiles[0].name = enterprise_technology" in lines
    assert len(lines) == len(set(lines))


def test_show_names_every_top_key():
    shown = {line.partition(" = ")[0].split(".")[0].split("[")[0] for line in show_lines(load_policy(None))}
    assert set(Policy.model_fields) <= shown
