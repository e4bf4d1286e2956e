"""One world's first night, built once for every test file that begins there; each takes a copy."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from abm import landing, release, sources, transform
from abm.policy.load import load_policy
from abm_sandbox.world.generate import World, generate
from abm_sandbox.world.landing import land_world

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS = 300
SEED = 11
AS_OF = dt.date(2026, 3, 3)  # a Tuesday
RELEASE = "first"


def generate_world() -> World:
    return generate(SEED, ACCOUNTS, AS_OF)


def first_night(new_database: Callable[[], str]) -> str:
    """Return the URL of a warehouse in which release `first` is built and not yet published; nobody may change it."""
    made = Path(os.environ["ABM_TEST_POSTGRES"]).with_name("first_night.url")
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(_build(new_database()))
    return made.read_text()


def _build(url: str) -> str:
    for source in sources.SOURCES:
        landing.ensure_tables(url, sources.entities(source))
    land_world(url, generate_world())
    release.start_build(url, as_of=AS_OF, release_id=RELEASE, policy=load_policy(None))
    transform.parse(url)  # before the first build, as a night does: what it notes is what the project reads
    assert transform.build(url).left_out == 0
    return url
