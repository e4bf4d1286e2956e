"""Audiences as files under `$ABM_HOME/lists`: what ad ops upload by hand where no API may."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from abm.destinations import Audience
from abm.destinations.lists.files import Written, digest, explained, replace_text, write_list
from abm.destinations.lists.templates import LINKEDIN
from abm.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from abm.errors import Fault
    from abm.settings import Connection

MANIFEST = "manifest.json"


def connect(connection: Connection | None) -> Lists:  # noqa: ARG001 (every destination is opened alike)
    return Lists(load_settings().home_dir / "lists")


@dataclass(frozen=True)
class Lists:
    """A folder with one folder an audience: the platform's upload file, and a manifest that proves it complete."""

    folder: Path

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        return []

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        return []

    def replace(self, audience: str, members: Iterable[Mapping[str, Any]], *, release_id: str | None) -> Audience:
        members = iter(members)
        first = next(members, None)
        if first is None:
            return self._remove(audience)
        folder = self.folder / folder_name(audience)
        written = write_list(folder, LINKEDIN.platform, LINKEDIN, chain([first], members))
        manifest = _manifest(audience, release_id, written)
        replace_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        return _ready(audience, manifest)

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Tell for each audience whether its files are as they were written: READY, CHANGED or MISSING."""
        return [self._read(name) for name in names]

    def close(self) -> None:
        pass

    def _read(self, audience: str) -> Audience:
        folder = self.folder / folder_name(audience)
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            whole = all(digest(folder / file["name"]) == file["sha256"] for file in manifest["files"])
        except FileNotFoundError:
            return Audience(audience, None, "MISSING", 0)
        except (ValueError, KeyError, TypeError):
            whole = False
        return _ready(audience, manifest) if whole else Audience(audience, None, "CHANGED")

    def _remove(self, audience: str) -> Audience:
        folder = self.folder / folder_name(audience)
        with explained(folder):
            (folder / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        return Audience(audience, None, "REMOVED", 0)


def folder_name(audience: str) -> str:
    """Return a folder's name that no audience shares with another and that cannot lead out of the lists' folder."""
    plain = re.sub(r"[^a-z0-9_-]+", "_", audience.lower()).strip("_-")
    if plain == audience:
        return plain
    return f"{plain or 'audience'}-{hashlib.sha256(audience.encode()).hexdigest()[:6]}"


def _manifest(audience: str, release_id: str | None, written: Written) -> dict[str, Any]:
    return {
        "audience": audience,
        "release_id": release_id,
        "platform": LINKEDIN.platform,
        "rows": written.rows,
        "members_without_identifier": written.unusable,
        "minimum_matched_members": LINKEDIN.minimum_matched,
        "can_reach_minimum": written.rows >= LINKEDIN.minimum_matched,
        "files": [asdict(file) for file in written.files],
    }


def _ready(audience: str, manifest: Mapping[str, Any]) -> Audience:
    return Audience(audience, folder_name(audience), "READY", manifest["rows"])
