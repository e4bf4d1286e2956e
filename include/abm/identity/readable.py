"""Members' digests turned back into what people write, by the landed records that the digests were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from abm.identity.platforms import NAMES_A_PERSON, OPT_OUTS, PARTS, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

    from abm.entities import Entity

    Identifiers = dict[str, Any]
    Candidates = Mapping[str, Sequence[tuple[str | None, str | None]]]

BATCH = 2_000
# A digest of many records has the first and the last of their texts, so that one that changed hides no other.
_TEXTS = sql.SQL("""
with members as materialized ({members}),
named as (
    select members.member, one.key as identifier, one.value as digest
    from members
    cross join jsonb_each_text(members.identifiers) as one
    where one.key = any({identifiers})
),
records as ({records}),
texts as (
    select held.identifier, held.digest, array[min(known.text), max(known.text)] as candidates
    from (select distinct identifier, digest from named) as wanted
    inner join ops.identity_digests as held using (identifier, digest)
    inner join records as record using (source, record_id)
    cross join lateral (select array[{text}, record.country] as text) as known
    group by held.identifier, held.digest
),
found as (
    select named.member, jsonb_object_agg(named.identifier, texts.candidates) as texts
    from named
    inner join texts using (identifier, digest)
    group by named.member
)
select members.member, members.identifiers, coalesce(found.texts, '{{}}')
from members
left join found using (member)
order by members.member collate "C"
""")
_RECORDS = sql.SQL("""
select {source} as source, {key} as record_id, {parts} from {raw} where not ({is_gone})
""")


def readable_members(
    connection: psycopg.Connection,
    members: sql.Composable,
    values: Mapping[str, Any],
    entities: Sequence[Entity],
) -> Iterator[Sequence[tuple[str, Identifiers]]]:
    """Yield the members in batches, each by its key, with a text in place of each digest, or None where it has none.

    `members` selects them, as `member` and `identifiers`; `entities` are the tables of people. A text is of a record as
    it stands now, and only one that gives the very digest.
    """
    connection.execute("set local enable_nestloop = off")  # the planner knows nothing of a plan written a moment ago
    with connection.cursor("readable_members") as cursor:
        cursor.execute(_statement(members, entities), values)
        while rows := cursor.fetchmany(BATCH):
            yield [(member, _readable(identifiers, texts)) for member, identifiers, texts in rows]


def is_nobody(identifiers: Mapping[str, Any]) -> bool:
    """Tell a person of whom no text is left that a platform knows people by."""
    naming = NAMES_A_PERSON & identifiers.keys()
    return bool(naming) and not any(identifiers[name] for name in naming)


def _readable(identifiers: Mapping[str, Any], texts: Candidates) -> Identifiers:
    return {
        name: _text(name, value, texts.get(name, ())) if name in PARTS else value for name, value in identifiers.items()
    }


def _text(identifier: str, digest: str, candidates: Sequence[tuple[str | None, str | None]]) -> str | None:
    made = (plain_text(identifier, digest, text, country) for text, country in candidates)
    return next((text for text in made if text), None)


def _statement(members: sql.Composable, entities: Sequence[Entity]) -> sql.Composed:
    parts = (
        sql.SQL("when {} then record.{}").format(sql.Literal(identifier), sql.Identifier(part))
        for identifier, part in PARTS.items()
    )
    return _TEXTS.format(
        members=members,
        identifiers=sql.Literal(list(PARTS)),
        records=sql.SQL("union all").join(map(_records, entities)),
        text=sql.SQL("case held.identifier {} end").format(sql.SQL(" ").join(parts)),
    )


def _records(entity: Entity) -> sql.Composed:
    columns = entity.person_columns
    return _RECORDS.format(
        source=sql.Literal(entity.source),
        key=sql.Identifier(entity.key[0]),
        parts=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(
                sql.Identifier(columns[part]) if part in columns else sql.SQL("null::text"), sql.Identifier(part)
            )
            for part in dict.fromkeys(PARTS.values())
        ),
        raw=sql.Identifier(entity.raw_schema, entity.name),
        is_gone=sql.SQL(" or ").join(
            sql.SQL("coalesce({}, false)").format(sql.Identifier(name))
            for name in ("_is_deleted", *(columns[part] for part in OPT_OUTS if part in columns))
        ),
    )
