"""No container engine runs where the tests do, so the form of docker-compose.yml is what is checked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from abm.destinations import REGISTRY
from abm.sources import SOURCES

PROJECT = Path(__file__).resolve().parents[3]
CHANNELS = ("alerts_slack", "alerts_mail", "alerts_webhook")
AIRFLOW_PARTS = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_every_part_of_airflow_is_there_with_its_database_and_broker(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == AIRFLOW_PARTS | {"postgres", "redis", "setup", "sandbox"}


def test_only_official_images_and_no_build(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}
    assert images == {"python:3.11-slim", "postgres:18", "redis:8"}
    assert not any("build" in service for service in compose["services"].values())


def test_every_lasting_service_has_a_health_check(compose: dict[str, Any]) -> None:
    without = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert without == {"setup"}


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_sandbox_starts_only_when_asked_for(compose: dict[str, Any]) -> None:
    assert {name for name, service in compose["services"].items() if "profiles" in service} == {"sandbox"}


def test_state_is_kept_in_named_volumes(compose: dict[str, Any]) -> None:
    mounts = [mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])]
    assert {mount for mount in mounts if mount != "."} == set(compose["volumes"])


def test_secrets_come_from_the_environment_file(compose: dict[str, Any]) -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(ABM_\w+)", text))
    offered = set(re.findall(r"^(\w+)=", (PROJECT / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert asked <= offered
    secret = {
        name: value for name, value in compose["x-airflow"]["environment"].items() if "SECRET" in name or "KEY" in name
    }
    assert all("${" in value for value in secret.values())


def test_setup_script_is_sound_shell() -> None:
    script = PROJECT / compose_setup(PROJECT)
    subprocess.run(["bash", "-n", str(script)], check=True)


def compose_setup(project: Path) -> str:
    return yaml.safe_load((project / "docker-compose.yml").read_text())["services"]["setup"]["command"][1]


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="needs docker-compose to read the file as it would")
def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    filled = (PROJECT / ".env.example").read_text(encoding="utf-8").replace("=\n", "=filled\n")
    (tmp_path / ".env").write_text(filled, encoding="utf-8")
    done = subprocess.run(
        ["docker-compose", "--env-file", str(tmp_path / ".env"), "--profile", "sandbox", "config"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert json.dumps(services).count("filled") > 0


def test_every_platform_and_channel_can_be_connected(compose: dict[str, Any]) -> None:
    platforms = {*SOURCES, *(name for name, registered in REGISTRY.items() if registered.needs_connection)}
    connections = {f"AIRFLOW_CONN_ABM_{name.upper()}" for name in (*platforms, "warehouse", *CHANNELS)}
    assert {name for name in compose["x-airflow"]["environment"] if name.startswith("AIRFLOW_CONN_")} == connections
    offered = (PROJECT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in connections if f"{name}=" not in offered] == ["AIRFLOW_CONN_ABM_WAREHOUSE"]
    started = compose["services"]["sandbox"]["command"]
    assert [name for name in platforms if name != "files" and f"--{name}-port" not in started] == []
