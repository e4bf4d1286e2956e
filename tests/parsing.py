"""One parse of the dbt project for every database of a test run.

dbt keeps its parse beside what it built, and throws it away where another database is named. Tests give each warehouse
a name of its own, all of one length: so a parse for one of them is one for another once that name is put in its place.
"""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path
from pprint import pformat
from typing import TYPE_CHECKING

from dbt.adapters.postgres.connections import PostgresCredentials
from dbt.artifacts.resources import FileHash
from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable

PARSE = "partial_parse.msgpack"
_NAMED_BY_TESTS = re.compile(rb"(test|copy)_[0-9a-f]{12}")


def lend_parse(url: str, target: Path, parse: Callable[[], object]) -> None:
    """Put a parse for the URL's database into dbt's target folder; `parse` makes it there where no test has yet."""
    if not _NAMED_BY_TESTS.fullmatch(_database(url)):
        return
    own = target / PARSE
    if own.exists() and _database(url) in own.read_bytes():
        return
    shared = Path(os.environ["ABM_TEST_POSTGRES"]).with_name(PARSE)
    made_for = shared.with_suffix(".url")
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            parse()
            made_for.write_text(url)
            shared.write_bytes(own.read_bytes())
    given = made_for.read_text()
    target.mkdir(parents=True, exist_ok=True)
    own.write_bytes(
        shared.read_bytes().replace(_database(given), _database(url)).replace(_profile(given), _profile(url))
    )


def _database(url: str) -> bytes:
    return str(conninfo_to_dict(url)["dbname"]).encode()


def _profile(url: str) -> bytes:
    """Return the digest by which dbt sees that its parse was made with another profile."""
    told = conninfo_to_dict(url)
    profile = PostgresCredentials(
        host=str(told["host"]),
        user=str(told["user"]),
        port=int(str(told["port"])),
        password="",
        database=str(told["dbname"]),
        schema="intermediate",
    )
    return FileHash.from_contents(pformat(sorted(profile.connection_info()))).checksum.encode()
