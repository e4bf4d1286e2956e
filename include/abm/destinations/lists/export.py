"""One style's audience as an upload file, on demand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from psycopg import sql

from abm.destinations.lists.files import write_list
from abm.destinations.lists.people import is_person, people_templates
from abm.destinations.lists.templates import LINKEDIN, Template
from abm.errors import ConfigurationError, Fault, HeldError
from abm.identity.readable import readable_members
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import psycopg

    from abm.destinations import Form
    from abm.entities import Entity

PLATFORMS = ("linkedin", "google", "meta")
# The rows of `lists` hold every column of the template; a platform's own rows serve where lists has no such style.
_SOURCE = """
select destination from activation.audience_members
where
    style = %(style)s
    and (destination = %(platform)s or destination = 'lists')
    and (%(platform)s = 'linkedin' or identifiers not like '%%"company%%')
order by destination <> 'lists' limit 1
"""
_MEMBERS = """
select audience || '/' || member_key as member, identifiers::jsonb as identifiers from activation.audience_members
where style = %(style)s and destination = %(destination)s
"""
_IN_ORDER = _MEMBERS + 'order by audience collate "C", member_key collate "C"'


@dataclass(frozen=True)
class Exported:
    """Where the file is and what is in it; `unusable` members have nothing the platform recognises."""

    path: Path
    rows: int
    unusable: int


def export(
    url: str, style: str, platform: str, out: Path, *, people: Form = "hashed", entities: Sequence[Entity] = ()
) -> Exported:
    """Write the published audience of a style in the platform's upload template; an older file is replaced.

    `people` says how people are written: plain needs the `entities` that hold them. Raises ConfigurationError for a
    platform without a template or a style without an audience.
    """
    _require_template(platform)
    with connect(url) as connection:
        destination = _source(connection, style, platform)
        values = {"style": style, "destination": destination}
        with _members(connection, values, entities if people == "plain" else ()) as members:
            first = next(members, {})
            written = write_list(
                out, f"{style}_{platform}", _template(platform, first, people), chain([first], members)
            )
    return Exported(out / written.files[0].name, written.rows, written.unusable)


def _require_template(platform: str) -> None:
    if platform not in PLATFORMS:
        raise ConfigurationError(
            Fault(f"platform {platform!r}", "has no upload template", f"Use one of {', '.join(PLATFORMS)}")
        )


def _template(platform: str, member: Mapping[str, Any], people: Form) -> Template:
    """Return the platform's template for members of this one's kind."""
    if platform == LINKEDIN.platform and not is_person(member):
        return LINKEDIN
    return next(template for template in people_templates(people) if template.platform.startswith(platform))


def _source(connection: psycopg.Connection, style: str, platform: str) -> str:
    if connection.execute("select to_regclass('activation.audience_members')").fetchone() == (None,):
        raise HeldError("No release is published, so there is nothing to export. Run the model step first.")
    row = connection.execute(_SOURCE, {"style": style, "platform": platform}).fetchone()
    if row is None:
        raise ConfigurationError(
            Fault(
                f"style {style!r}",
                f"has no published audience for {platform}",
                f"Check its name, set styles.{style}.audience to true in policy.yml, and run the model again",
            )
        )
    return str(row[0])


@contextmanager
def _members(
    connection: psycopg.Connection, values: Mapping[str, str], entities: Sequence[Entity]
) -> Iterator[Iterator[Mapping[str, Any]]]:
    if entities:
        batches = readable_members(connection, sql.SQL(_MEMBERS), values, entities)
        yield (identifiers for batch in batches for _, identifiers in batch)
        return
    with connection.cursor("export") as cursor:
        cursor.execute(_IN_ORDER, values)
        yield (identifiers for _, identifiers in cursor)
