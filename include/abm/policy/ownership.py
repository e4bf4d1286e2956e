"""The policy's shape for whose a field is: edits by hand, and what stays on a platform when an account leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from abm.errors import Fault
from abm.policy.fields import FieldBesideStyle
from abm.policy.parts import Identifier, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EditRule = Literal["restore", "until_changed", "until_end"]
Removal = Literal["clear", "remove", "leave"]


class Ownership(Part):
    """Whose a field is that both we and people can write."""

    edits: dict[FieldBesideStyle, EditRule] = Field(
        default={},
        description="What a value written over ours means: restore ours, or leave it until_changed or until_end",
    )
    restore_attempts: Annotated[int, Field(ge=1, le=100)] = Field(
        description="How often a value of ours is put back before it is left alone and only reported"
    )
    removals: dict[Identifier, Removal] = Field(
        description="What becomes of what was written when an account or member leaves: clear, remove or leave"
    )

    def removal(self, destination: str) -> Removal | None:
        return self.removals.get(destination)


def broken_ownership(ownership: Ownership, fields: Mapping[str, object]) -> Iterator[Fault]:
    """Yield removals that a destination cannot do: fields are cleared or left, members removed."""
    for destination, removal in ownership.removals.items():
        if destination in fields and removal == "remove":
            yield Fault(
                f"ownership.removals.{destination}",
                "says remove, and a CRM's records are never removed",
                "Write clear (empty our fields) or leave",
            )
        if destination not in fields and removal != "remove":
            yield Fault(
                f"ownership.removals.{destination}",
                f"says {removal}, and a member who stays behind may be one who opted out",
                "Write remove",
            )
