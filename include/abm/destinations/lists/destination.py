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
from abm.destinations.lists.files import Written, digest, drop_lists, explained, replace_text, write_lists
from abm.destinations.lists.people import is_person, people_templates
from abm.destinations.lists.templates import LINKEDIN, Template
from abm.policy.load import load_policy
from abm.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from abm.destinations import Form
    from abm.errors import Fault
    from abm.settings import Connection

MANIFEST = "manifest.json"


def connect(connection: Connection | None) -> Lists:  # noqa: ARG001 (every destination is opened alike)
    settings = load_settings()
    return Lists(settings.home_dir / "lists", load_policy(settings.policy).audience_lists.people)


@dataclass(frozen=True)
class Lists:
    """A folder with one folder an audience: the platforms' upload files, and a manifest that proves them complete.

    Companies go into LinkedIn's template, people into that of each platform, hashed or not.
    """

    folder: Path
    people: Form = "hashed"

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
        templates = self._templates(first)
        written = write_lists(folder, templates, chain([first], members))
        drop_lists(folder, self._stems() - templates.keys())
        manifest = _manifest(audience, release_id, [(templates[stem], files) for stem, files in written.items()])
        replace_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        return _ready(audience, manifest)

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Tell for each audience whether its files are as they were written: READY, CHANGED or MISSING.

        Files of people in another form than the policy's are CHANGED too.
        """
        return [self._read(name) for name in names]

    def close(self) -> None:
        pass

    def _templates(self, member: Mapping[str, Any]) -> dict[str, Template]:
        """Return the templates for members of this one's kind, by the stem of their files' names."""
        chosen = people_templates(self.people) if is_person(member) else [LINKEDIN]
        return {template.platform: template for template in chosen}

    def _stems(self) -> set[str]:
        return {template.platform for template in (LINKEDIN, *people_templates(self.people))}

    def _read(self, audience: str) -> Audience:
        folder = self.folder / folder_name(audience)
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            whole = all(digest(folder / file["name"]) == file["sha256"] for file in manifest["files"])
            whole = whole and self._has_form(manifest)
        except FileNotFoundError:
            return Audience(audience, None, "MISSING", 0)
        except (ValueError, KeyError, TypeError):
            whole = False
        return _ready(audience, manifest) if whole else Audience(audience, None, "CHANGED")

    def _has_form(self, manifest: Mapping[str, Any]) -> bool:
        """Tell whether people are written as the policy says now."""
        people = {template.platform for template in people_templates(self.people)}
        return {told["form"] for told in manifest["lists"] if told["platform"] in people} <= {self.people}

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


def _manifest(audience: str, release_id: str | None, lists: Sequence[tuple[Template, Written]]) -> dict[str, Any]:
    """Describe the lists; the figures at the top are those of the longest."""
    told = [_told(template, written) for template, written in lists]
    return {
        "audience": audience,
        "release_id": release_id,
        **max(told, key=lambda one: int(one["rows"])),
        "lists": told,
        "files": [asdict(file) for _, written in lists for file in written.files],
    }


def _told(template: Template, written: Written) -> dict[str, Any]:
    return {
        "platform": template.platform,
        "rows": written.rows,
        "members_without_identifier": written.unusable,
        "minimum_matched_members": template.minimum_matched,
        "can_reach_minimum": written.rows >= template.minimum_matched,
        "form": getattr(template, "form", "plain"),
    }


def _ready(audience: str, manifest: Mapping[str, Any]) -> Audience:
    return Audience(audience, folder_name(audience), "READY", manifest["rows"])
