"""Files that are there whole or not at all: written beside their name, then renamed."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abm.destinations.lists.templates import Template

_TEMPORARY = ".part"


@dataclass(frozen=True)
class ListFile:
    """A written file with what proves that it is complete."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Written:
    """The files of one list; `unusable` members carry nothing that the platform recognises an account by."""

    files: Sequence[ListFile]
    unusable: int

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def write_list(folder: Path, stem: str, template: Template, members: Iterable[Mapping[str, Any]]) -> Written:
    """Write the members in one platform's template: `write_lists` for it alone."""
    return write_lists(folder, {stem: template}, members)[stem]


def write_lists(
    folder: Path, templates: Mapping[str, Template], members: Iterable[Mapping[str, Any]]
) -> Mapping[str, Written]:
    """Write the members in each template, in as many files as its limit asks for, and replace older ones.

    `templates` are by the stem of their files' names. Raises ConfigurationError where the folder cannot be written;
    the older files are then still whole.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as open_files:
            writers = {stem: _Writer(folder, stem, template, open_files) for stem, template in templates.items()}
            for identifiers in members:
                for writer in writers.values():
                    writer.add(identifiers)
        written = {stem: writer.finish() for stem, writer in writers.items()}
        for stem, files in written.items():
            _drop_others(folder, stem, {file.name for file in files.files})
    return written


def drop_lists(folder: Path, stems: Iterable[str]) -> None:
    """Remove the lists of these stems: the audience is of another kind now."""
    with explained(folder):
        for stem in stems:
            _drop_others(folder, stem, set())


def replace_text(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + _TEMPORARY)
    with explained(path.parent), temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        _settle(file)
    temporary.replace(path)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            Fault(
                f"folder {folder}",
                f"cannot be written ({error.strerror})",
                "Free space there or give the right to write, then run again; the older lists are still whole",
            )
        ) from error


class _Writer:
    """Rows into temporary files, a new one each time the platform's limit is reached."""

    def __init__(self, folder: Path, stem: str, template: Template, open_files: ExitStack) -> None:
        self._folder, self._stem, self._template, self._open_files = folder, stem, template, open_files
        self._rows: list[int] = []
        self._unusable = 0
        self._start()

    def add(self, identifiers: Mapping[str, Any]) -> None:
        row = self._template.row(identifiers)
        if row is None:
            self._unusable += 1
            return
        if self._rows[-1] == self._template.maximum_rows:
            self._start()
        self._csv.writerow(row)
        self._rows[-1] += 1

    def finish(self) -> Written:
        """Give the files their names; called when they are closed."""
        files = []
        for number, rows in enumerate(self._rows, start=1):
            path = self._path(number)
            temporary = path.with_name(path.name + _TEMPORARY)
            files.append(ListFile(path.name, rows, digest(temporary)))
            temporary.replace(path)
        return Written(files, self._unusable)

    def _start(self) -> None:
        self._rows.append(0)
        path = self._path(len(self._rows))
        file = self._open_files.enter_context(
            path.with_name(path.name + _TEMPORARY).open("w", encoding="utf-8", newline="")
        )
        self._open_files.callback(_settle, file)
        if self._template.is_private:
            os.fchmod(file.fileno(), 0o600)
        self._csv = csv.writer(file)
        self._csv.writerow(self._template.headers)

    def _path(self, number: int) -> Path:
        return self._folder / (f"{self._stem}.csv" if number == 1 else f"{self._stem}_{number}.csv")


def _settle(file: TextIO) -> None:
    """Have the content on disk before the name points to it."""
    file.flush()
    os.fsync(file.fileno())


def _drop_others(folder: Path, stem: str, names: set[str]) -> None:
    ours = re.compile(rf"{re.escape(stem)}(_\d+)?\.csv({re.escape(_TEMPORARY)})?")
    for path in folder.iterdir():
        if ours.fullmatch(path.name) and path.name not in names:
            path.unlink()
