"""Policy versions: named by the hash of what the policy says, stored once, as a document and as tables."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from psycopg import sql

from abm.errors import ConfigurationError, Fault
from abm.policy.schema import Policy
from abm.policy.tables import TABLES

if TYPE_CHECKING:
    import psycopg

VERSION_LENGTH = 12  # 48 bits: no two policies of one company meet


def policy_document(policy: Policy) -> dict[str, Any]:
    """Return the whole policy as JSON data, defaults included; reading it back gives the same version."""
    return policy.model_dump(mode="json", by_alias=True)


def policy_version(policy: Policy) -> str:
    """Return the policy's name: the same for the same rules, however they were ordered or formatted."""
    canonical = json.dumps(policy_document(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:VERSION_LENGTH]


def store_policy(connection: psycopg.Connection, policy: Policy, *, schema: str = "ops") -> str:
    """Write the policy's version and tables in one transaction and return the version; known ones are left alone."""
    version = policy_version(policy)
    with connection.transaction():
        if _insert_version(connection, schema, version, policy):
            for table, rows in TABLES.items():
                _insert_rows(
                    connection,
                    sql.Identifier(schema, table),
                    [{"policy_version": version, **row} for row in rows(policy)],
                )
                connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, table)))
    return version


def read_policy(connection: psycopg.Connection, version: str) -> Policy:
    """Return a stored policy; raises ConfigurationError where the version is unknown."""
    row = connection.execute("select document from ops.policy_versions where policy_version = %s", [version]).fetchone()
    if row is None:
        raise ConfigurationError(
            Fault(f"policy version {version}", "is not stored", "Build once with that policy, or name a stored version")
        )
    return Policy.model_validate(row[0])


def _insert_version(connection: psycopg.Connection, schema: str, version: str, policy: Policy) -> bool:
    document = json.dumps(policy_document(policy), sort_keys=True)
    found = connection.execute(
        sql.SQL(
            "insert into {} (policy_version, document) values (%s, %s) on conflict do nothing returning true"
        ).format(sql.Identifier(schema, "policy_versions")),
        [version, document],
    ).fetchone()
    return found is not None


def _insert_rows(connection: psycopg.Connection, table: sql.Identifier, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        table,
        sql.SQL(", ").join(map(sql.Identifier, rows[0])),
        sql.SQL(", ").join(map(sql.Placeholder, rows[0])),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
