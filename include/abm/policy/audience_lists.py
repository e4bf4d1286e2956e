"""The policy's shape for audiences that leave as files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from abm.policy.parts import Part


class AudienceLists(Part):
    """How upload files are written."""

    people: Literal["hashed", "plain"] = Field(description="People as digests, or as they stand in the CRM")
