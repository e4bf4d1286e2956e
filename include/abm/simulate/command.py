"""What `abm simulate` does with its options: rehearse, print, write the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import ConfigurationError, Fault
from abm.simulate.page import page
from abm.simulate.present import print_rehearsal
from abm.simulate.rehearsal import as_data

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from abm.policy.schema import Policy
    from abm.simulate.rehearsal import Rehearsal


def show(rehearsal: Rehearsal, policy: Policy, console: Console, *, is_json: bool, html: Path | None) -> None:
    """Print a rehearsal as tables or JSON, and write it as a page where a file is named."""
    if html is not None:
        write_page(html, page(rehearsal, policy.audience_minimums))
    if is_json:
        console.print_json(data=as_data(rehearsal))
    else:
        print_rehearsal(rehearsal, policy.audience_minimums, console)


def write_page(file: Path, text: str) -> None:
    """Write the page; raises ConfigurationError where the file cannot be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise ConfigurationError(
            Fault("--html", f"{str(file)!r} cannot be written ({reason})", "Name a file in a folder that is there")
        ) from error
