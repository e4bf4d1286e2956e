"""Start the sandbox: make each platform's store once, serve all of them, tell where they answer."""

from __future__ import annotations

import contextlib
import fcntl
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from abm_sandbox import credentials, files, google, hubspot, linkedin, meta, salesforce
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp

    from abm_sandbox.world import World

ENDPOINTS_FILE = "endpoints.json"


class CreateApp(Protocol):
    def __call__(self, store: Store, *, limits: bool) -> ASGIApp: ...


@dataclass(frozen=True, eq=False)
class Platform:
    """One served platform; `login`, `password` and `extra` are what a connection to it holds."""

    name: str
    create_app: CreateApp
    fill: Callable[[Store, World], None]
    password: str
    login: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def endpoint(self, base_url: str) -> dict[str, Any]:
        return {
            "base_url": base_url,
            "login": self.login,
            "password": self.password,
            "extra": {**self.extra, "is_sandbox": True},
        }


PLATFORMS = (
    Platform(
        "salesforce",
        salesforce.create_app,
        lambda store, world: salesforce.load_world(store, world.salesforce),
        login=credentials.SALESFORCE_CONSUMER_KEY,
        password=credentials.SALESFORCE_CONSUMER_SECRET,
    ),
    Platform(
        "hubspot",
        hubspot.create_app,
        lambda store, world: hubspot.load_world(store, world.hubspot),
        password=credentials.HUBSPOT_TOKEN,
        extra={"burst_requests": "190"},  # what the sandbox allows in ten seconds, as HubSpot's larger plans do
    ),
    Platform(
        "linkedin",
        linkedin.create_app,
        lambda store, _world: linkedin.load_world(store),
        password=credentials.LINKEDIN_TOKEN,
        extra={"account": credentials.LINKEDIN_ACCOUNT},
    ),
    Platform(
        "google",
        google.create_app,
        lambda store, _world: google.load_world(store),
        login=credentials.GOOGLE_CLIENT_ID,
        password=credentials.GOOGLE_CLIENT_SECRET,
        extra={
            "account": credentials.GOOGLE_ACCOUNT,
            "refresh_token": credentials.GOOGLE_REFRESH_TOKEN,
            # Here a request is worked on for two seconds, at Google for hours.
            "status_first_seconds": "2.5",
            "status_wait_seconds": "60",
        },
    ),
    Platform(
        "meta",
        meta.create_app,
        lambda store, _world: meta.load_world(store),
        password=credentials.META_TOKEN,
        extra={"account": credentials.META_ACCOUNT},
    ),
)


@contextlib.contextmanager
def running_sandbox(
    home: Path,
    make_world: Callable[[], World],
    *,
    ports: Mapping[str, int] | None = None,
    limits: bool = True,
    platforms: tuple[Platform, ...] = PLATFORMS,
    with_files: bool = False,
) -> Iterator[dict[str, dict[str, Any]]]:
    """Serve the platforms and yield their endpoints, which stand in `endpoints.json` too as long as they answer.

    `make_world` is called only where a platform has no store yet; what was written to one is kept. With files, a folder
    of them is told as one more endpoint. Raises RuntimeError where another process serves the same folder.
    """
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_only_here(home))
        make_stores(home, make_world, platforms, with_files=with_files)
        endpoints = {"files": files.endpoint(home)} if with_files else {}
        for platform in platforms:
            store = Store(home / f"{platform.name}.sqlite")
            stack.callback(store.close)
            app = platform.create_app(store, limits=limits)
            base_url = stack.enter_context(serve(app, (ports or {}).get(platform.name, 0)))
            endpoints[platform.name] = platform.endpoint(base_url)
        stack.enter_context(_announced(home / ENDPOINTS_FILE, endpoints))
        yield endpoints


def make_stores(
    home: Path,
    make_world: Callable[[], World],
    platforms: tuple[Platform, ...] = PLATFORMS,
    *,
    with_files: bool = False,
) -> None:
    """Fill the stores that are missing; one that was only half filled when a start was cut off is made anew."""
    missing = {platform: home / f"{platform.name}.sqlite" for platform in platforms}
    missing = {platform: path for platform, path in missing.items() if not path.exists()}
    lacks_files = with_files and not (home / files.FOLDER).exists()
    if not missing and not lacks_files:
        return
    world = make_world()
    if lacks_files:
        files.write_files(home, world)
    for platform, path in missing.items():
        for leftover in home.glob(f"{_begun(path).name}*"):
            leftover.unlink()
        with contextlib.closing(Store(_begun(path))) as store:
            platform.fill(store, world)
    # Only now, so that no two stores are ever of two worlds.
    for path in missing.values():
        _begun(path).replace(path)


def _begun(path: Path) -> Path:
    return path.with_name(f"{path.name}.begun")


@contextlib.contextmanager
def _only_here(home: Path) -> Iterator[None]:
    """Hold the folder, as two processes would not see each other's writes."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(
                f"A sandbox already serves {home}. Stop it, or give this one another --home folder."
            ) from None
        yield


@contextlib.contextmanager
def _announced(path: Path, endpoints: Mapping[str, Any]) -> Iterator[None]:
    """Keep the file there only while the servers answer; readers see all of it or nothing."""
    begun = _begun(path)
    begun.write_text(json.dumps(endpoints, indent=2) + "\n", encoding="utf-8")
    begun.chmod(0o600)
    begun.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
