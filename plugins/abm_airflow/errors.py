"""What a failed task says in Airflow's log: the database's own texts may quote rows and are told in our words."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def errors_told(step: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Let the step raise errors of the warehouse and the disk as one sentence with a remedy."""

    @wraps(step)
    def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        from abm.database_errors import database_errors_told

        with database_errors_told():
            return step(*args, **kwargs)

    return told
