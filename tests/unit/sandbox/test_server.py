"""The sandbox's start-up: made once, announced when it answers, kept between starts, ended cleanly."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from abm.warehouse import free_port
from abm_sandbox.credentials import GOOGLE_ACCOUNT, LINKEDIN_ACCOUNT, META_ACCOUNT
from abm_sandbox.server import ENDPOINTS_FILE, PLATFORMS, Platform, running_sandbox
from abm_sandbox.store import Store
from abm_sandbox.world import World, generate


def _make_world() -> World:
    return generate(1, 40, date(2026, 3, 9))


def _no_world() -> World:
    raise AssertionError("no world was needed")


def _notes_app(store: Store, *, limits: bool) -> Starlette:
    """A platform that keeps notes."""

    def notes(request):
        if request.method == "POST":
            store.execute("insert into notes values (?)", [request.query_params["text"]])
        return JSONResponse(
            {"notes": [row["text"] for row in store.execute("select text from notes")], "limits": limits}
        )

    return Starlette(routes=[Route("/", notes, methods=["GET", "POST"])])


def _fill_notes(store: Store, world: World) -> None:
    store.execute("create table notes (text text)")
    store.execute("insert into notes values (?)", [f"{world.companies.count} companies"])


NOTES = (Platform("notes", _notes_app, _fill_notes, password="sandbox", extra={"account": "1"}),)


def test_endpoints_file_says_where_each_platform_answers_and_goes_with_it(tmp_path):
    with running_sandbox(tmp_path, _make_world, platforms=NOTES) as endpoints:
        announced = json.loads((tmp_path / ENDPOINTS_FILE).read_text())
        assert announced == endpoints
        assert announced["notes"] | {"base_url": ""} == {
            "base_url": "",
            "login": "",
            "password": "sandbox",
            "extra": {"account": "1", "is_sandbox": True},
        }
        assert httpx.get(announced["notes"]["base_url"]).json() == {"notes": ["40 companies"], "limits": True}
    assert not (tmp_path / ENDPOINTS_FILE).exists()


def test_later_start_keeps_what_was_written_and_makes_no_world(tmp_path):
    with running_sandbox(tmp_path, _make_world, platforms=NOTES) as endpoints:
        httpx.post(endpoints["notes"]["base_url"], params={"text": "kept"})
    with running_sandbox(tmp_path, _no_world, platforms=NOTES, limits=False) as endpoints:
        answer = httpx.get(endpoints["notes"]["base_url"]).json()
    assert answer == {"notes": ["40 companies", "kept"], "limits": False}


def test_start_that_was_cut_off_is_made_anew(tmp_path):
    def cut_off(store: Store, world: World) -> None:
        _fill_notes(store, world)
        raise KeyboardInterrupt

    broken = (Platform("notes", _notes_app, cut_off, password="sandbox"),)
    with pytest.raises(KeyboardInterrupt), running_sandbox(tmp_path, _make_world, platforms=broken):
        pass
    with running_sandbox(tmp_path, _make_world, platforms=NOTES) as endpoints:
        assert httpx.get(endpoints["notes"]["base_url"]).json()["notes"] == ["40 companies"]


def test_stores_of_a_start_that_was_cut_off_never_mix_with_a_later_world(tmp_path):
    def cut_off(store: Store, world: World) -> None:
        raise KeyboardInterrupt

    broken = (*NOTES, Platform("other", _notes_app, cut_off, password="sandbox"))
    with pytest.raises(KeyboardInterrupt), running_sandbox(tmp_path, _make_world, platforms=broken):
        pass
    assert not list(tmp_path.glob("*.sqlite"))


def test_second_sandbox_on_the_same_folder_is_refused(tmp_path):
    with (
        running_sandbox(tmp_path, _make_world, platforms=NOTES),
        pytest.raises(RuntimeError, match="already serves"),
        running_sandbox(tmp_path, _make_world, platforms=NOTES),
    ):
        pass


def test_told_port_is_taken(tmp_path):
    port = free_port()
    with running_sandbox(tmp_path, _make_world, platforms=NOTES, ports={"notes": port}) as endpoints:
        assert endpoints["notes"]["base_url"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_every_platform_serves_the_world_and_refuses_strangers(tmp_path, platform):
    paths = {
        "salesforce": "/services/data/v67.0/query?q=select+Id+from+Account",
        "hubspot": "/crm/v3/objects/companies",
        "linkedin": f"/rest/dmpSegments?q=account&account={LINKEDIN_ACCOUNT}",
        "google": f"/v1/accountTypes/GOOGLE_ADS/accounts/{GOOGLE_ACCOUNT}/userLists",
        "meta": f"/v25.0/{META_ACCOUNT}/customaudiences",
    }
    headers = {"LinkedIn-Version": "202608", "X-Restli-Protocol-Version": "2.0.0"}
    with running_sandbox(tmp_path, _make_world, platforms=(platform,)) as endpoints:
        url = endpoints[platform.name]["base_url"] + paths[platform.name]
        assert httpx.get(url).status_code == 401
        token = _token(endpoints[platform.name])
        assert httpx.get(url, headers=headers | {"Authorization": f"Bearer {token}"}).status_code == 200


def _token(endpoint: dict[str, str]) -> str:
    if not endpoint["login"]:
        return endpoint["password"]
    refresh_token = endpoint["extra"].get("refresh_token", "")
    form = {
        "grant_type": "refresh_token" if refresh_token else "client_credentials",
        "client_id": endpoint["login"],
        "client_secret": endpoint["password"],
        "refresh_token": refresh_token,
    }
    path = "/token" if refresh_token else "/services/oauth2/token"
    return httpx.post(f"{endpoint['base_url']}{path}", data=form).json()["access_token"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_until_told_to_end(tmp_path, ending):
    sandbox = _start(tmp_path, "--accounts", "30", "--seed", "5", "--today", "2026-03-09", "--no-limits")
    try:
        endpoints = _wait_for_endpoints(tmp_path, sandbox)
        assert set(endpoints) == {"files", *(platform.name for platform in PLATFORMS)}
        sandbox.send_signal(ending)
        assert sandbox.wait(30) == 0
    finally:
        sandbox.kill()
        sandbox.communicate()
    assert not (tmp_path / ENDPOINTS_FILE).exists()
    assert not list(tmp_path.glob("*-wal"))


def test_taken_port_ends_with_one_clear_line(tmp_path):
    with running_sandbox(tmp_path / "one", _make_world, platforms=NOTES) as endpoints:
        port = endpoints["notes"]["base_url"].rpartition(":")[2]
        sandbox = _start(tmp_path / "two", "--accounts", "5", "--hubspot-port", port)
        _, told = sandbox.communicate(timeout=60)
    assert sandbox.returncode == 1
    assert told.startswith("The sandbox did not start: ")
    assert "Traceback" not in told
    assert not (tmp_path / "two" / ENDPOINTS_FILE).exists()


def test_folder_that_cannot_be_made_ends_with_one_clear_line(tmp_path):
    (tmp_path / "file").touch()
    sandbox = _start(tmp_path / "file" / "home")
    _, told = sandbox.communicate(timeout=60)
    assert sandbox.returncode == 1
    assert told.startswith("The sandbox did not start: ")
    assert "Traceback" not in told


def _start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "abm_sandbox", "--home", str(home), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "default"},
    )


def _wait_for_endpoints(home: Path, sandbox: subprocess.Popen[str]) -> dict[str, dict[str, str]]:
    deadline = time.monotonic() + 60
    while not (home / ENDPOINTS_FILE).exists():
        assert sandbox.poll() is None, sandbox.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return json.loads((home / ENDPOINTS_FILE).read_text())
