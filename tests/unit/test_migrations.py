"""What migrations do to rows that were there before; their SQL may run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from abm import warehouse as product

if TYPE_CHECKING:
    import psycopg

VERSIONS = Path(product.__file__).parent / "migrations" / "versions"


def test_opt_outs_keep_their_system_and_lose_what_somebody_wrote(warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "insert into ops.policy_versions (policy_version, document) values ('p', '{}');"
        "insert into ops.releases (release_id, as_of_date, policy_version, status)"
        " values ('r1', current_date, 'p', 'published')"
    )
    before = {
        "a": "salesforce",
        "b": "Web form (salesforce)",
        "c": "Told Jane (sales) (hubspot)",
        "d": "A note\nof two lines (files)",
    }
    with warehouse.cursor() as cursor:
        cursor.executemany(
            "insert into ops.opt_out_ledger (person_id, valid_from, status, source, release_id)"
            " values (%s, current_date, 'denied', %s, 'r1')",
            list(before.items()),
        )
    warehouse.execute((VERSIONS / "0014_sources_of_opt_outs.sql").read_text(encoding="utf-8"))
    after = dict(warehouse.execute("select person_id, source from ops.opt_out_ledger").fetchall())
    assert after == {"a": "salesforce", "b": "salesforce", "c": "hubspot", "d": "files"}


def test_what_hubspot_holds_and_may_get_is_kept_as_texts(warehouse: psycopg.Connection) -> None:
    warehouse.execute("""
    insert into ops.sync_runs (run_id, destination, status, rows_desired, rows_planned)
    values ('h', 'hubspot', 'failed', 3, 3), ('s', 'salesforce', 'planned', 1, 1);
    insert into ops.sync_changes (run_id, destination, object_key, operation, payload, outcome) values
    ('h', 'hubspot', 'open', 'update', '{"score": 7, "style": "none", "ends": null, "is_target": true}', null),
    ('h', 'hubspot', 'failed', 'update', '{"score": 7.5}', 'failed'),
    ('h', 'hubspot', 'removal', 'remove', '{"score": null}', null),
    ('s', 'salesforce', 'open', 'update', '{"score": 7}', null);
    insert into ops.sync_state (destination, object_key, payload, run_id) values
    ('hubspot', '1', '{"score": 7, "ends": null}', 'h'), ('hubspot', '2', '{}', 'h'),
    ('salesforce', '1', '{"score": 7}', 's');
    """)
    for _ in range(2):
        warehouse.execute((VERSIONS / "0017_texts.sql").read_text(encoding="utf-8"))
        changes = warehouse.execute("select run_id, object_key, payload from ops.sync_changes").fetchall()
        assert {(run, key): payload for run, key, payload in changes} == {
            ("h", "open"): {"score": "7", "style": "none", "ends": "", "is_target": "true"},
            ("h", "failed"): {"score": "7.5"},
            ("h", "removal"): {"score": None},
            ("s", "open"): {"score": 7},
        }
        held = warehouse.execute("select destination, object_key, payload from ops.sync_state").fetchall()
        assert {(destination, key): payload for destination, key, payload in held} == {
            ("hubspot", "1"): {"score": "7", "ends": ""},
            ("hubspot", "2"): {},
            ("salesforce", "1"): {"score": 7},
        }


def test_no_column_of_ops_that_nothing_fills(warehouse: psycopg.Connection) -> None:
    marks = warehouse.execute("select * from ops.ownership_marks").description or ()
    assert [column.name for column in marks] == ["destination", "edits_to"]
