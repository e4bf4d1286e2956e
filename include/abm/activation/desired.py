"""What a destination shall hold: a published activation table, read through the field map of the release's policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg import sql

from abm.destinations import REGISTRY
from abm.errors import ConfigurationError, Fault, HeldError
from abm.policy.tables import audiences, fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from abm.policy.schema import Policy


@dataclass(frozen=True)
class Release:
    """The release that is live."""

    release_id: str
    policy_version: str


@dataclass(frozen=True)
class Desired:
    """SQL expressions over one activation table.

    `is_wanted` is a condition on its rows, which leaves `rows_left_out` out; `is_due` one on rows of `ops.sync_state`
    that are sent again though nothing differs, `stays` one on `object_key` of rows that are left where they are though
    they are no longer wanted.
    """

    table: sql.Composable
    key: sql.Composable
    payload_hash: sql.Composable
    payload: sql.Composable
    removal: sql.Composable
    is_wanted: sql.Composable = field(default_factory=lambda: sql.SQL("true"))
    is_due: sql.Composable = field(default_factory=lambda: sql.SQL("false"))
    stays: sql.Composable = field(default_factory=lambda: sql.SQL("false"))
    rows_left_out: int = 0


def live_release(connection: psycopg.Connection) -> Release:
    row = connection.execute(
        "select release_id, policy_version from ops.releases where status = 'published'"
    ).fetchone()
    if row is None:
        raise HeldError("No release is published, so there is nothing to send. Run the model step first.")
    return Release(*row)


def desired_rows(connection: psycopg.Connection, destination: str, policy_version: str) -> Desired:
    """Return how to read the destination's rows; raises ConfigurationError for fields that do not exist."""
    if destination not in REGISTRY:
        raise ConfigurationError(
            Fault(f"destination {destination!r}", "is not known", f"Use one of {', '.join(REGISTRY)}")
        )
    if REGISTRY[destination].kind == "audiences":
        _refuse_slashes(connection, destination, policy_version)
        return _members()
    return _records(field_map(connection, destination, policy_version), _columns(connection), destination)


def field_map(connection: psycopg.Connection, destination: str, policy_version: str) -> Sequence[tuple[str, str]]:
    """Return (our field, the platform's field) in a stable order."""
    return connection.execute(
        "select field, platform_field from ops.policy_fields"
        " where destination = %s and policy_version = %s order by field",
        [destination, policy_version],
    ).fetchall()


def _columns(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'activation' and table_name = 'crm_accounts'"
    ).fetchall()
    return {name for (name,) in rows}


def _records(mapped: Sequence[tuple[str, str]], columns: set[str], destination: str) -> Desired:
    if not mapped:
        raise ConfigurationError(
            Fault(f"fields.{destination}", "maps no field", "Name the fields to send in policy.yml, or switch it off")
        )
    if unknown := [name for name, _ in mapped if name not in columns]:
        raise ConfigurationError(
            *(
                Fault(f"fields.{destination}.{name}", "is no column of activation.crm_accounts", "Correct policy.yml")
                for name in unknown
            )
        )
    values = [sql.Identifier("desired", name) for name, _ in mapped]
    form = "coalesce(to_jsonb({}) #>> '{{}}', '') as {}" if REGISTRY[destination].are_texts else "{} as {}"
    named = [
        sql.SQL(form).format(value, sql.Identifier(platform))
        for value, (_, platform) in zip(values, mapped, strict=True)
    ]
    # The field map seeds the hash: with another map every row differs, and is sent in its new form.
    seed = sql.Literal("|".join(f"{name}={platform}" for name, platform in mapped))
    return Desired(
        table=sql.Identifier("activation", "crm_accounts"),
        key=sql.SQL("desired.object_key"),
        payload_hash=sql.SQL("hash_record_extended(row({}), hashtextextended({}, 0))").format(
            sql.SQL(", ").join(values), seed
        ),
        payload=sql.SQL("(select to_jsonb(fields) from (select {}) as fields)").format(sql.SQL(", ").join(named)),
        removal=sql.SQL("(select jsonb_object_agg(field, null) from jsonb_object_keys(state.payload) as field)"),
    )


def _refuse_slashes(connection: psycopg.Connection, destination: str, policy_version: str) -> None:
    """Refuse names that could not be told apart in a member's key, `<audience>/<member_key>`."""
    rows = connection.execute(
        "select style, audience from ops.policy_audiences"
        " where destination = %s and policy_version = %s and audience like '%%/%%' order by style",
        [destination, policy_version],
    ).fetchall()
    if rows:
        raise ConfigurationError(
            *(
                Fault(f"audiences.{destination}.{style}", f"has a slash in its name {audience!r}", "Name it without")
                for style, audience in rows
            )
        )


def _members() -> Desired:
    return Desired(
        table=sql.Identifier("activation", "audience_members"),
        key=sql.SQL("desired.audience || '/' || desired.member_key"),
        payload_hash=sql.SQL("hashtextextended(desired.identifiers, 0)"),
        payload=sql.SQL("desired.identifiers::jsonb"),
        removal=sql.SQL("'{}'::jsonb"),
    )


def target_names(policy: Policy, destination: str) -> Sequence[str]:
    """Return the platform fields or audiences that the policy wants to exist on a destination."""
    if REGISTRY[destination].kind == "audiences":
        return [row["audience"] for row in audiences(policy) if row["destination"] == destination]
    return [row["platform_field"] for row in fields(policy) if row["destination"] == destination]
