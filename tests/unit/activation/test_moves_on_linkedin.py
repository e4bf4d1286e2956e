"""A style that moves companies between LinkedIn segments, killed between leaving and joining: never in both."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.approvals import let
from tests.sandboxes import one_server

from abm import activation
from abm.destinations.linkedin.destination import connect
from abm.settings import Connection
from abm_sandbox.credentials import LINKEDIN_ACCOUNT, LINKEDIN_TOKEN
from abm_sandbox.linkedin import create_app
from abm_sandbox.store import Store

from .conftest import Killed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.destinations import Change, Result
    from abm.destinations.linkedin.destination import LinkedInDestination

    from .conftest import World

EXTRA = {"account": LINKEDIN_ACCOUNT, "requests_per_minute": "0", "user_audiences": []}
NAMES = "abcdefgh"


class Sandbox:
    """LinkedIn, reached in small batches by a process that ends after so many of them."""

    def __init__(self, url: str, store: Store) -> None:
        self.url, self.store, self.lives = url, store, 10_000

    def open(self, _name: str, _connection: Connection | None) -> LinkedInDestination:
        opened: Any = connect(Connection("abm_linkedin", self.url, "", LINKEDIN_TOKEN, EXTRA))
        send = opened.send

        def mortal(changes: Sequence[Change]) -> Sequence[Result]:
            results: Sequence[Result] = send(changes)
            self.lives -= 1
            if self.lives < 0:
                raise Killed
            return results

        opened.send, opened.batch_rows, opened.batches_in_flight = mortal, lambda _planned: 3, 1
        destination: LinkedInDestination = opened
        return destination

    def held(self) -> set[tuple[str, str]]:
        rows = self.store.execute(
            "select name, member_key from members inner join segments on segments.id = segment_id"
        )
        return {(row["name"], row["member_key"].partition("=")[2]) for row in rows}

    def was_ever_in_both(self) -> bool:
        """Go through everything written, and tell whether a company joined a segment while it was in another."""
        where: dict[str, set[int]] = {}
        for row in self.store.execute("select segment_id, member_key, action from _writes order by rowid"):
            segments = where.setdefault(row["member_key"], set())
            (segments.add if row["action"] == "ADD" else segments.discard)(row["segment_id"])
            if len(segments) > 1:
                return True
        return False


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with closing(Store()) as store, one_server() as (url, current):
        current["app"] = create_app(store, limits=False, fresh_seconds=0, build_seconds=0)
        yield Sandbox(url, store)


def company(name: str) -> dict[str, str]:
    return {"companyName": name, "companyWebsiteDomain": f"{name}.example"}


def send(world: World, run_id: str, sandbox: Sandbox) -> None:
    let(world.url, run_id)
    activation.send(world.url, run_id, None, opening=sandbox.open)


@pytest.mark.parametrize("lives", range(6))
def test_killed_move_never_leaves_a_company_in_two_segments(world: World, sandbox: Sandbox, lives: int) -> None:
    world.publish_members({f"wide/{name}": company(name) for name in NAMES})
    send(world, world.plan("linkedin").run_id, sandbox)
    world.publish_members({f"core/{name}": company(name) for name in NAMES})
    run_id = world.plan("linkedin").run_id
    sandbox.lives = lives
    with pytest.raises(Killed):
        send(world, run_id, sandbox)
    assert not sandbox.was_ever_in_both()
    sandbox.lives = 10_000
    # The next night plans anew, from what was recorded and what is in doubt.
    send(world, world.plan("linkedin").run_id, sandbox)
    assert not sandbox.was_ever_in_both()
    assert sandbox.held() == {("core", f"{name}.example") for name in NAMES}
