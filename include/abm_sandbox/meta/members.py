"""Who is in an audience: people by the keys they were sent with, as a set; and every row written.

A row names a member when it shares an identifying key with it, so one that came with mail and external id can leave by
either. Meta matches rows to its users; here seven of ten rows are matched, always the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abm_sandbox.store import Store

IDENTIFYING = ("EMAIL", "PHONE", "MADID", "EXTERN_ID", "PAGEUID")
_MATCHED_PERCENT = 70
_LOOK_UP = 500
_TABLES = """
create table if not exists members (audience_id integer, member_key text, identifiers text, is_matched integer,
    primary key (audience_id, member_key)) without rowid;
create table if not exists member_names (audience_id integer, name text, member_key text,
    primary key (audience_id, name)) without rowid;
create table if not exists _writes (audience_id integer, member_key text, action text, at real, effective integer)
"""


@dataclass(frozen=True)
class Person:
    """One valid row: `names` are its identifying keys, the strongest first."""

    names: tuple[str, ...]
    identifiers: str

    @classmethod
    def of(cls, keys: Mapping[str, str]) -> Person:
        names = [f"{key}={keys[key]}" for key in IDENTIFYING if keys.get(key)]
        if not names:  # names, town and birth together name somebody too
            names = ["|".join(f"{key}={keys[key]}" for key in sorted(keys) if keys[key])]
        filled = {key: value for key, value in keys.items() if value}
        return cls(tuple(names), orjson.dumps(filled, option=orjson.OPT_SORT_KEYS).decode())


class Members:
    """The members of all audiences of an account."""

    def __init__(self, store: Store) -> None:
        self.store = store
        for statement in _TABLES.split(";"):
            store.execute(statement)

    def matched(self, audience_id: str | int) -> int:
        """Return how many members Meta knows."""
        (row,) = self.store.execute(
            "select coalesce(sum(is_matched), 0) as n from members where audience_id = ?", [audience_id]
        )
        return int(row["n"])

    def matched_of(self, audience_id: str | int, people: Sequence[Person]) -> int:
        """Return how many of these people are members that Meta knows."""
        return sum(is_matched(key) for key in {*self._held(audience_id, people).values()})

    def add(self, audience_id: str | int, people: Iterable[Person], at: float) -> None:
        people = list(people)
        with self.store.transaction():
            held = self._held(audience_id, people)
            known = self._identifiers(audience_id, set(held.values()))
            writes = []
            for person in people:
                key = next((held[name] for name in person.names if name in held), person.names[0])
                writes.append((audience_id, key, "ADD", at, known.get(key) != person.identifiers))
                known[key] = person.identifiers
                held.update(dict.fromkeys(person.names, key))
            self._note(writes)
            self.store.execute_many(
                "insert or replace into members values (?, ?, ?, ?)",
                [(audience_id, key, known[key], is_matched(key)) for key in {write[1] for write in writes}],
            )
            self.store.execute_many(
                "insert or replace into member_names values (?, ?, ?)",
                [(audience_id, name, held[name]) for person in people for name in person.names],
            )

    def remove(self, audience_id: str | int, people: Iterable[Person], at: float) -> None:
        people = list(people)
        with self.store.transaction():
            held = self._held(audience_id, people)
            left: set[str] = set()
            for person in people:
                keys = {held[name] for name in person.names if name in held} - left
                left |= keys
                self._note(
                    [(audience_id, key, "REMOVE", at, True) for key in keys]
                    or [(audience_id, person.names[0], "REMOVE", at, False)]
                )
            self._drop(audience_id, left)

    def replace(self, audience_id: str | int, people: Iterable[Person], at: float) -> None:
        """Make the audience hold exactly these people."""
        people = list(people)
        with self.store.transaction():
            kept = set(self._held(audience_id, people).values())
            rows = self.store.execute("select member_key from members where audience_id = ?", [audience_id])
            gone = {row["member_key"] for row in rows} - kept
            self._note([(audience_id, key, "REMOVE", at, True) for key in sorted(gone)])
            self._drop(audience_id, gone)
        self.add(audience_id, people, at)

    def audiences_of(self, people: Sequence[Person]) -> set[int]:
        found: set[int] = set()
        for names in _portions([name for person in people for name in person.names]):
            marks = ", ".join("?" * len(names))
            rows = self.store.execute(f"select audience_id from member_names where name in ({marks})", names)
            found |= {row["audience_id"] for row in rows}
        return found

    def forget(self, audience_id: str | int) -> None:
        self.store.execute("delete from members where audience_id = ?", [audience_id])
        self.store.execute("delete from member_names where audience_id = ?", [audience_id])

    def _held(self, audience_id: str | int, people: Sequence[Person]) -> dict[str, str]:
        """Return which member each of the people's names belongs to, where it belongs to one."""
        held: dict[str, str] = {}
        for names in _portions([name for person in people for name in person.names]):
            marks = ", ".join("?" * len(names))
            rows = self.store.execute(
                f"select name, member_key from member_names where audience_id = ? and name in ({marks})",
                [audience_id, *names],
            )
            held.update((row["name"], row["member_key"]) for row in rows)
        return held

    def _identifiers(self, audience_id: str | int, keys: set[str]) -> dict[str, str]:
        known: dict[str, str] = {}
        for portion in _portions(sorted(keys)):
            marks = ", ".join("?" * len(portion))
            rows = self.store.execute(
                f"select member_key, identifiers from members where audience_id = ? and member_key in ({marks})",
                [audience_id, *portion],
            )
            known.update((row["member_key"], row["identifiers"]) for row in rows)
        return known

    def _drop(self, audience_id: str | int, keys: set[str]) -> None:
        for table in ("members", "member_names"):
            self.store.execute_many(
                f"delete from {table} where audience_id = ? and member_key = ?",
                [(audience_id, key) for key in sorted(keys)],
            )

    def _note(self, writes: Sequence[tuple[str | int, str, str, float, bool]]) -> None:
        self.store.execute_many("insert into _writes values (?, ?, ?, ?, ?)", writes)


def is_matched(key: str) -> bool:
    """Tell whether Meta knows the person: seven of ten, always the same."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big") % 100 < _MATCHED_PERCENT


def _portions(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _LOOK_UP):
        yield values[start : start + _LOOK_UP]
