"""The command line's frame: help, exit codes, and errors nobody foresaw."""

from __future__ import annotations

import contextlib
import json
import signal

import pytest
import stamina.instrumentation

from abm import cli, http
from abm.activation import Verdict
from abm.errors import AbmError, ConfigurationError, Fault
from abm.nightly import Night

COMMANDS = (
    *("demo", "up", "down", "status", "doctor", "load", "run", "explain", "simulate", "plan", "send", "export"),
    *("query", "policy"),
)


@pytest.fixture
def abm(monkeypatch, capsys):
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["abm", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    yield run
    signal.signal(signal.SIGTERM, handler)
    stamina.instrumentation.set_on_retry_hooks(None)


def test_help_lists_every_command(abm):
    code, out, _ = abm("--help")
    assert code == 0
    assert [name for name in COMMANDS if f" {name} " not in out] == []


@pytest.mark.parametrize("command", [*COMMANDS, "policy check", "policy show", "policy schema"])
def test_every_command_describes_itself_and_its_options(abm, command):
    code, out, _ = abm(*command.split(), "--help")
    assert code == 0
    assert "Usage: " in out
    assert len(" ".join(out.split())) > 100


def test_day_to_come_is_not_explained(abm):
    code, _, err = abm("explain", "alpha.example", "--on", "9999-12-31")
    assert code == 2
    assert "has not come yet" in err


def test_dry_run_prints_its_plans_as_json_and_all_else_aside(abm, monkeypatch):
    def night(*_, tell, show, **__):
        tell("Planning hubspot")
        show(Verdict("run-1", "hubspot", "approve", "3f2a9c", ["too much"], "hubspot: too much", "**2 updates.**"))
        return Night("r1", [])

    monkeypatch.setattr(cli, "open_warehouse", lambda: contextlib.nullcontext("no url"))
    monkeypatch.setattr("abm.nightly.run_night", night)
    code, out, err = abm("run", "--dry-run", "--format", "json")
    assert (code, "Planning hubspot" in err) == (0, True)
    assert json.loads(out) == [
        {"run_id": "run-1", "destination": "hubspot", "plan": "3f2a9c", "decision": "approve", "reasons": ["too much"]}
    ]


def test_version(abm):
    code, out, _ = abm("--version")
    assert code == 0
    assert out.strip().count(".") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        *(("nonsense",), ("run", "--as-of", "31.12.2025"), ("run", "--approve-by", "Ada"), ("load",), ("query",)),
        *(("run", "--format", "json"), ("send", "hubspot", "--plan", "a1"), ("send", "hubspot", "--approve-by", "Ada")),
    ],
)
def test_wrong_usage_ends_with_2(abm, arguments):
    assert abm(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (AbmError("It failed. Mend it."), 1, ["It failed. Mend it."]),
        (
            ConfigurationError(Fault("a", "is wrong", "Mend a"), Fault("b", "too", "Mend b")),
            2,
            ["a: is wrong", "b: too"],
        ),
        (PermissionError(13, "no", "/place"), 2, ["/place: may not be read or written"]),
        (KeyError("ann@mail.example"), cli.BUG, ["KeyError", "ABM_DEBUG=1"]),
        (KeyboardInterrupt(), 130, []),
    ],
)
def test_errors_end_with_their_code_and_a_line_each(abm, monkeypatch, raised, code, told):
    def fail(*_arguments):
        raise raised

    monkeypatch.setattr("abm.doctor.examine", fail)
    ended, _, err = abm("doctor")

    assert ended == code
    assert all(part in err for part in told)
    assert err.count("✗") == len([line for line in told if line != "ABM_DEBUG=1"])
    assert "Traceback" not in err
    assert "mail.example" not in err


def test_unforeseen_error_is_shown_whole_when_asked(abm, monkeypatch):
    monkeypatch.setenv("ABM_DEBUG", "1")
    monkeypatch.setattr("abm.doctor.examine", lambda _settings: {}["gone"])
    monkeypatch.setattr("sys.argv", ["abm", "doctor"])
    with pytest.raises(KeyError):
        cli.main()


def test_retries_are_told_in_words(abm, capsys):
    abm("policy", "schema")
    tries = iter((http.RetryableError("Salesforce answered 503. It is tried again by itself."), None))
    for attempt in stamina.retry_context(on=http.RetryableError, wait_initial=0.01, wait_max=0.01):
        with attempt:
            if error := next(tries):
                raise error

    assert "Salesforce answered 503" in " ".join(capsys.readouterr().out.split())


def test_policy_check_tells_all_faults_at_once(abm, tmp_path):
    (tmp_path / "policy.yml").write_text("styles: {one_to_one: {seats: {limit: many}}}\nsuppresion: {}\n")
    code, out, _ = abm("policy", "check", str(tmp_path / "policy.yml"))

    assert code == 2
    assert "styles.one_to_one.seats.limit" in out
    assert "suppresion" in out


def test_default_policy_is_usable_and_shown_as_yaml(abm, tmp_path):
    assert abm("policy", "check")[0] == 0
    (tmp_path / "whole.yml").write_text(abm("policy", "show")[1])
    assert abm("policy", "check", str(tmp_path / "whole.yml"))[0] == 0
