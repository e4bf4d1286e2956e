"""A function that makes deciders: see decider.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from tests.decisions.decider import Decider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class MakeDecider(Protocol):
    """Prepare a decider for some models over some inputs, in a warehouse of its own."""

    def __call__(self, models: Sequence[str], inputs: Sequence[str]) -> Decider: ...


@pytest.fixture(scope="module")
def make_decider(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDecider]:
    made: list[Decider] = []

    def make(models: Sequence[str], inputs: Sequence[str]) -> Decider:
        made.append(Decider.prepare(new_database(), models, inputs))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABM_HOME", str(tmp_path_factory.mktemp("decisions")))
        yield make
    for decider in made:
        decider.close()
