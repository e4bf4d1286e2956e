"""Types that every part of the policy is written in."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

CURRENCY_PATTERN = r"^[A-Z]{3}$"
IDENTIFIER_PATTERN = r"^[a-z][a-z0-9_]*$"
NAME_PATTERN = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
LONGEST_WINDOW = 730  # days; with half-lives of a day and more, no weight underflows in the database
LARGEST_TEAM = 1000  # a larger number is a typing error

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=1e15)]
Positive = Annotated[float, Field(gt=0, le=1e15)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Multiplier = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[float, Field(ge=0, le=100)]
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=255)]
Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN, max_length=63)]
Currency = Annotated[str, Field(pattern=CURRENCY_PATTERN)]


class Part(BaseModel):
    """Base of every part: unknown keys, wrong types, NaN and infinity are refused, never guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


_DOMAIN = re.compile(r"^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")


def _as_domain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    domain = value.strip().lower().removeprefix("www.").rstrip(".")
    if not _DOMAIN.match(domain):
        raise ValueError("is not a domain; write it as example.com, without scheme, path or '@'")
    return domain


def _as_set(domains: list[str]) -> list[str]:
    return sorted(set(domains))


Domains = Annotated[list[Annotated[str, BeforeValidator(_as_domain)]], AfterValidator(_as_set)]
