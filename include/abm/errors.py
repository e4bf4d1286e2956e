"""Errors by what the caller does next.

AbmError
├── ConfigurationError   a person must change something; lists every fault at once
├── RefusedError         the platform will not take this input; sending it again is useless
├── RetryableError       the same call may succeed later; carries how long to wait, if the platform said so
│   └── BusyError        another process is at work there; nothing was changed
├── ContractError        the platform answered in a shape its documentation does not allow
└── HeldError            a guard or a failed check stopped the step; nothing was changed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class AbmError(Exception):
    """Base of every error raised on purpose; its text is safe to log and says what to do next."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the configuration: where it is, what is wrong, how to mend it."""

    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}. {self.remedy}"


class ConfigurationError(AbmError):
    """Everything a person must change before the step can run, told at once."""

    def __init__(self, *faults: Fault) -> None:
        self.faults: Sequence[Fault] = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class RefusedError(AbmError):
    """The platform understood the request and will not do it; `code` is the platform's own word."""

    def __init__(self, message: str, *, code: str, status: int | None = None) -> None:
        self.code = code
        self.status = status
        super().__init__(message)


class RetryableError(AbmError):
    """A passing fault: throttling, a lock, a time-out, a server error."""

    def __init__(self, message: str, *, code: str = "TRANSIENT", retry_after: float | None = None) -> None:
        self.code = code
        self.retry_after = retry_after
        super().__init__(message)


class BusyError(RetryableError):
    """Another process works on the same; nothing was changed, and it is free again when that has ended."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="BUSY")


class ContractError(AbmError):
    """An answer that the platform's documentation does not allow."""


class HeldError(AbmError):
    """A check or guard stopped the step before it changed anything."""
