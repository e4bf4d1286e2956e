"""A mapping file tells all its faults at once, each with its place, its value and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abm.errors import ConfigurationError
from abm.sources import entities
from abm.sources.files.mapping import Mapping, load_mapping

if TYPE_CHECKING:
    from abm.entities import Entity

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.yml"))


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        load_mapping(path)
    return [str(fault) for fault in told.value.faults]


def load(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_shipped_examples_are_valid(path: Path) -> None:
    assert load_mapping(path).entities


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("entity", entities("files"), ids=lambda entity: entity.name)
def test_the_guide_lists_every_column(entity: Entity) -> None:
    key, *others = entity.schema.names
    assert f"| `{entity.name}` | `{key}` | `{', '.join(others)}` |" in (DOCS / "files-source.md").read_text(
        encoding="utf-8"
    )


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """
        entities:
          acounts: {file: a.csv, columns: {account_id: id}}
          accounts:
            file: a.csv
            columns:
              acount_name: name
              industry: {column: sector, multiply: 2}
              employees: {value: many}
          opportunities:
            file: o.csv
            columns:
              opportunity_id: id
              closed_date: {column: closed, default: never}
              stage: {column: stage, date_format: "%Y"}
        """,
    )
    assert [fault.partition(": ")[0] for fault in told] == [
        "mapping mapping.yml, entities.acounts",
        "mapping mapping.yml, entities.accounts",
        "mapping mapping.yml, entities.accounts.columns.acount_name",
        "mapping mapping.yml, entities.accounts.columns.industry",
        "mapping mapping.yml, entities.accounts.columns.employees",
        "mapping mapping.yml, entities.opportunities.columns.closed_date",
        "mapping mapping.yml, entities.opportunities.columns.stage",
    ]
    assert "Did you mean 'accounts'?" in told[0]
    assert "has no 'account_id'" in told[1]
    assert "Did you mean 'account_name'?" in told[2]
    assert "'many'" in told[4]


def test_faults_of_the_schema_name_their_path_and_value(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """
        entities:
          accounts:
            file: a.csv
            delimiter: ";;"
            encoding: latin-99
            columns:
              account_id: {column: id, value: x}
              employees: {column: n, multiply: a lot, typo: 1}
        """,
    )
    joined = "\n".join(told)
    assert "entities.accounts.delimiter: string should have at most 1 character, got ';;'" in joined
    assert "'latin-99'" in joined
    assert "account_id: needs exactly one of 'column', 'value' and 'key'" in joined
    assert "employees.multiply" in joined
    assert "employees.typo: extra inputs are not permitted" in joined


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the document"),
        ("- a list", "the document"),
        ("entities: {}", "entities"),
        ("entities: [accounts]", "entities"),
        ("entities:\n  accounts: [", "line 2"),
        ("entities: {accounts: {file: '', columns: {account_id: id}}}", "file"),
    ],
)
def test_what_is_no_mapping_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    assert words in faults(tmp_path, text)[0]


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.yml.*cannot be read"):
        load_mapping(tmp_path / "absent.yml")


def test_a_name_alone_stands_for_the_column(tmp_path: Path) -> None:
    mapping = load(tmp_path, "entities: {accounts: {file: a.csv, columns: {account_id: Id}}}")
    assert mapping.entities["accounts"][0].columns["account_id"].column == "Id"


def test_yes_and_no_stay_words_in_a_map(tmp_path: Path) -> None:
    mapping = load(
        tmp_path,
        """
        entities:
          contacts:
            file: c.csv
            columns: {contact_id: id, has_opted_out: {column: mail, map: {No: true, Yes: false}}}
        """,
    )
    assert mapping.entities["contacts"][0].columns["has_opted_out"].map == {"No": True, "Yes": False}
