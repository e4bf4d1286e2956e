"""Whatever breaks, and wherever: afterwards desired = acknowledged = held, and no write had a second effect.

Each example publishes random worlds to one platform of the registry, over the real sandbox server, while faults rain
and processes are killed. `ABM_CHAOS_EXAMPLES` says how many (500 over all platforms; `make chaos`: 5,000),
`ABM_CHAOS_SEED` which; a failing example is printed with its seed. Each platform is a test file, so that workers share
them (`--dist loadfile`).
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, example, given, note, seed, settings
from hypothesis import strategies as st

from .nights import Night, nights, worlds
from .sandboxes import SANDBOXES, World
from .steps import DONE, OF_ROWS, OF_WHOLE_AUDIENCES, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stage import Stage

EXAMPLES = int(os.environ.get("ABM_CHAOS_EXAMPLES", "500"))
SEED = int(os.environ.get("ABM_CHAOS_SEED", "20261122"))
CALM_NIGHTS = 3  # leaving, joining, and one with nothing to do
ONE: World = {1: (("one_to_one", "core"), 1), 2: (("one_to_few", "wide"), 1), 3: (("one_to_one", "core"), 2)}
OTHER: World = {1: (("one_to_few", "wide"), 2), 2: (("one_to_few", "wide"), 2), 4: (("one_to_one", "core"), 1)}

limited = pytest.mark.timeout(max(1200, 2 * EXAMPLES))


def check(stage: Stage, world: World) -> None:
    """Let calm nights pass until nothing is left to do, and compare what everybody knows."""
    stage.calm_down()
    stage.publish(world)
    for _ in range(CALM_NIGHTS):
        run_id = stage.next_run()
        assert stage.run(stage.job(run_id)) == [DONE]
        if not stage.planned(run_id):
            break
    else:
        pytest.fail("there was still something to send")
    stage.sandbox.weather()
    assert stage.acknowledged() == stage.sandbox.rows(world)
    assert stage.sandbox.held() == stage.sandbox.things(world)
    assert stage.open_rows() == 0
    assert stage.sandbox.effects() <= stage.allowed_effects()


def whatever_breaks_a_calm_night_mends_it(destination: str) -> Callable[..., None]:
    """Return the property test of one destination, which has its share of the examples and a seed of its own."""
    own_seed = SEED + list(SANDBOXES).index(destination)

    @limited
    @seed(own_seed)
    @settings(
        max_examples=-(-EXAMPLES // len(SANDBOXES)),
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(history=st.lists(nights, min_size=1, max_size=2), last=worlds.filter(bool))
    @example(  # what may have arrived under other identifiers must leave too
        history=[
            Night({1: (("one_to_one", "core"), 1), 2: (("one_to_few", "wide"), 1)}, [], None, "leave"),
            Night(
                {1: (("one_to_one", "core"), 2), 2: (("one_to_few", "wide"), 1)},
                [],
                (("batch sent", 1), "after"),
                "leave",
            ),
        ],
        last={2: (("one_to_few", "wide"), 1)},
    )
    @example(  # what is held under other words for the same company stays
        history=[
            Night({4: (("one_to_one", "core"), 1)}, [], None, "leave"),
            Night({4: (("one_to_one", "core"), 2)}, [], (("batch sent", 1), "after"), "leave"),
        ],
        last={4: (("one_to_one", "core"), 2)},
    )
    def test(stage: Stage, history: list[Night], last: World) -> None:
        note(f"seed {own_seed} of ABM_CHAOS_SEED={SEED}\n{history=!r}\n{last=!r}")
        stage.begin()
        for night in history:
            stage.live_through(night)
        check(stage, last)

    return test


def process_may_be_killed_at_every_step(destination: str) -> Callable[..., None]:
    """Return the test of one destination that dies before and after each step of a run."""
    of_others = OF_ROWS if destination == "lists" else OF_WHOLE_AUDIENCES

    @limited
    @pytest.mark.parametrize("step", [step for step in STEPS if step not in of_others])
    def test(stage: Stage, step: str) -> None:
        stage.begin()
        stage.live_through(Night(ONE, [], None, "leave"))
        stage.live_through(Night(OTHER, [], ((step, 1), "before"), "resume"))
        stage.live_through(Night(ONE, [], ((step, 1), "after"), "resume"))
        assert stage.ends.count(-signal.SIGKILL) == 2
        check(stage, ONE)

    return test
