"""Connections in Airflow's two forms, and secrets that show nowhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import ConfigurationError
from abm.settings import Connection, find_connection, load_settings, parse_connection, require_connection

SECRET = "very-secret"


def test_json_form_reads_every_part() -> None:
    value = json.dumps(
        {
            "conn_type": "http",
            "host": "api.example",
            "login": "key",
            "password": SECRET,
            "port": 8080,
            "extra": {"a": 1},
        }
    )
    assert parse_connection("abm_x", value) == Connection("abm_x", "https://api.example:8080", "key", SECRET, {"a": 1})


def test_extra_may_be_json_in_a_text() -> None:
    value = json.dumps({"host": "http://api.example/", "extra": json.dumps({"account": "urn:li:1"})})
    read = parse_connection("abm_x", value)
    assert (read.base_url, read.extra) == ("http://api.example", {"account": "urn:li:1"})


def test_uri_form_reads_every_part() -> None:
    read = parse_connection("abm_x", "http://key:p%40ss%2Fword@api.example:8080/http?account=urn%3Ali&version=1")
    assert read == Connection(
        "abm_x", "http://api.example:8080", "key", "p@ss/word", {"account": "urn:li", "version": "1"}
    )


def test_uri_form_reads_nested_extra() -> None:
    assert parse_connection("abm_x", "http://:t@h/?__extra__=%7B%22n%22%3A+5%7D").extra == {"n": 5}


@pytest.mark.parametrize(
    "value",
    [
        f'{{"password": "{SECRET}"',
        f'{{"password": "{SECRET}", "extra": "{{not json"}}',
        f'{{"password": "{SECRET}", "extra": [1]}}',
        f'{{"password": "{SECRET}", "host": 5}}',
        f"http://key:{SECRET}@host:port/",
        f"http://key:{SECRET}@[broken/",
        f"http://key:{SECRET}@host/?__extra__={{",
        SECRET,
        f"key:{SECRET}@host",
    ],
)
def test_malformed_connection_is_named_and_never_shown(value: str) -> None:
    with pytest.raises(ConfigurationError, match="connection abm_x: cannot be read") as told:
        parse_connection("abm_x", value)
    assert SECRET not in str(told.value)
    assert SECRET not in "".join(map(str, told.value.args))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(value: str) -> None:
    try:
        read = parse_connection("abm_x", value)
    except ConfigurationError:
        return
    assert read.conn_id == "abm_x"


def test_secrets_are_not_in_the_representation() -> None:
    shown = repr(Connection("abm_x", "https://h", "key-of-login", SECRET, {"token": SECRET}))
    assert SECRET not in shown
    assert "key-of-login" not in shown


def test_environment_wins_over_what_abm_up_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    settings.home_dir.mkdir(parents=True)
    settings.connections_file.write_text('AIRFLOW_CONN_ABM_HUBSPOT={"password": "file"}\n\nbroken line\n')
    on_file = find_connection("hubspot", settings)
    monkeypatch.setenv("AIRFLOW_CONN_ABM_HUBSPOT", '{"password": "environment"}')
    in_environment = find_connection("hubspot", settings)

    assert on_file is not None
    assert in_environment is not None
    assert (on_file.password, in_environment.password) == ("file", "environment")


def test_missing_connection_tells_both_places_to_add_it() -> None:
    assert find_connection("hubspot") is None
    with pytest.raises(ConfigurationError, match=r"abm_hubspot: is not defined.*Airflow.*AIRFLOW_CONN_ABM_HUBSPOT"):
        require_connection("hubspot")
