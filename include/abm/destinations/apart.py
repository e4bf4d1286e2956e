"""Rows that a platform refuses together for the fault of one: sent in halves until that row stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from abm.destinations import Change, Result
from abm.errors import AbmError, RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")
End = Literal["refused", "failed"]
MOST_SPLITS = 40  # of one batch: enough to find three rows among 10,000
LONGEST_REASON = 255


def send_apart(
    changes: Sequence[Change],
    send: Callable[[Sequence[Change]], Sequence[Answer]],
    end: Callable[[Change, End, AbmError], Answer],
    *,
    is_shared: Callable[[Sequence[Change], RefusedError], bool] = lambda _part, _error: False,
    splits: int = MOST_SPLITS,
) -> list[Answer]:
    """Return an answer for each row: what `send` said, or `end` of a row that the platform will not take by itself.

    Rows still refused together when the splits are used up have failed: which of them is wrong was not found, and they
    come again. `is_shared` tells a fault that all rows of a part have. Raises what `send` raises, RefusedError apart,
    only where no part has been answered yet.
    """
    answers: list[Answer] = []
    parts = [changes]
    while parts:
        part = parts.pop()
        try:
            answers += send(part)
        except RefusedError as error:
            if len(part) == 1 or is_shared(part, error):
                answers += [end(change, "refused", error) for change in part]
            elif splits:
                splits -= 1
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            else:
                answers += [end(change, "failed", error) for change in part]
        except AbmError as error:
            if not answers:
                raise
            answers += [end(change, "failed", error) for change in part]
    return answers


def write_the_same(changes: Sequence[Change]) -> bool:
    """Tell whether the rows write the same fields, so that a fault of a field is one of all of them."""
    return len({frozenset(change.payload) for change in changes}) == 1


def end_as(change: Change, outcome: End, error: AbmError) -> Result:
    """Return how a row ended that the error kept from an answer of its own."""
    code = error.code if isinstance(error, RetryableError | RefusedError) else type(error).__name__
    return Result(change.object_key, outcome, code, str(error)[:LONGEST_REASON])
