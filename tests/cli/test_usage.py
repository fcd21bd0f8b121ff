# SPDX-License-Identifier: EUPL-1.2
"""The command line as a whole: help, bad usage, and errors before anything runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app, run
from tests.cli.command import Ran, sagsgang

CASE = "00000000-0000-4000-8000-000000000000"
OF_THE_CONTRACT = """
    up demo migrate web worker relay projector answer
    case-open case-list case-show case-timeline case-withdraw case-suspend case-resume case-extend case-submit
    case-resubmit case-paper-add route-list route-show route-check body-list body-inbox token-create webhook-secret
    views-rebuild workflows-recover log-verify case-body-add case-body-release route-simulate token-list token-revoke
    signin-link case-condition-add case-condition-meet case-condition-waive case-condition-contradict
    case-condition-settle case-consents case-inquire case-inquiry-end case-renew case-participation
    case-task-chase case-task-done case-task-cancel case-decision-add
    plan case-plan meeting-list meeting-add meeting-move meeting-cancel meeting-import case-set case-migrate
    calendar-link calendar-list calendar-withdraw
    notifier channel-list channel-add channel-change channel-enable channel-remove channel-secret
    delivery-list delivery-resend link-create link-list link-withdraw
    case-file case-place case-write case-remind
"""


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that can be run, with the words that name it."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
    for name, one in (inner or {}).items():
        yield from commands(one, (*path, name))


def test_every_command_of_the_contract_is_there_and_no_other() -> None:
    """A command of a later issue is not announced before it works."""
    assert {"-".join(path) for path, _ in commands()} == set(OF_THE_CONTRACT.split())


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: " ".join(value) if type(value) is tuple else ""
)
def test_every_command_and_every_option_says_what_it_is_for(path: tuple[str, ...], command: Any) -> None:
    """Help without gaps."""
    assert command.help
    assert [option.name for option in command.params if not option.help] == []
    assert "as_json" in [option.name for option in command.params]


def test_help_is_quick() -> None:
    """Asking for help loads no database and no process engine."""
    started = time.monotonic()

    assert sagsgang("--help").code == 0
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["case", "shwo"],
        ["case", "show"],
        ["case", "show", "no-id"],
        ["case", "open", "--route", "orientering"],
        ["case", "open", "--route", "orientering", "--title", "T", "--deadline", "31.12.2025"],
        ["case", "open", "--route", "orientering", "--title", "T", "--deadline", "2025-02-30"],
        ["case", "open", "--route", "orientering", "--title", "T", "--set", "novalue"],
        ["case", "open", "--route", "orientering", "--title", "T", "--set", "a=1", "--set", "a=2"],
        ["case", "list", "--limit", "0"],
        ["case", "list", "--status", "sleeping"],
        ["case", "list", "--q", "\udcff"],
        ["case", "show", "abcde"],
        ["case", "show", CASE, "--as-of", "2025-02-30"],
        ["case", "timeline", CASE, "--as-of", "then"],
        ["answer", CASE, "--body", "dassos"],
        ["answer", CASE, "--body", "dassos", "--outcome", "noted", "--decided-by", "mayor"],
        ["answer", CASE, "--body", "dassos", "--outcome", "noted", "--decided-on", "2.4.2025"],
        ["route", "show", "orientering", "--format", "svg"],
        ["route", "list", "--bogus"],
        ["up", "--port", "70000"],
        ["demo", "--port", "x"],
    ],
)
def test_bad_usage_ends_with_2_and_a_problem(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What was wrong is said on stderr, with `--json` as one object and nothing else, and stdout stays empty."""
    code = run([*words, "--json"])

    printed = capsys.readouterr()
    ran = Ran(code, printed.out, printed.err)
    assert (ran.code, ran.out, json.loads(ran.err)["code"]) == (2, "", "bad_usage")


@pytest.mark.parametrize(
    "words",
    [
        ["case", "list"],
        ["answer", CASE, "--body", "dassos", "--outcome", "approved"],
        ["webhook", "secret", "lemvig"],
        ["log", "verify"],
        ["worker"],
        ["web"],
    ],
)
def test_without_running_services_a_command_says_how_to_start_them(words: list[str], tmp_path: Path) -> None:
    """Not running is a refusal that names the command."""
    ran = sagsgang(*words, "--json", "--data", str(tmp_path / "none"))

    assert (ran.code, ran.out) == (1, "")
    assert "sagsgang up" in ran.err
    assert ran.problem["code"] == "not_running"


def test_only_the_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    """One that is set is not asked for again."""
    settings = {"SAGSGANG_DATABASE_URL": "postgresql://someone@127.0.0.1:1/none"}

    ran = sagsgang("worker", "--data", str(tmp_path / "none"), environment=settings)

    assert ran.code == 1
    assert ran.err.strip().endswith("or set SAGSGANG_TEMPORAL_ADDRESS")


def test_a_refused_usage_ends_the_process_with_2() -> None:
    """The exit code of the real command, which says how it is used."""
    ran = sagsgang("case", "shwo")

    assert (ran.code, ran.out) == (2, "")
    assert "Did you mean 'show'?" in ran.err
    assert "--help" in ran.err


def test_a_misspelt_setting_is_told(tmp_path: Path) -> None:
    """A slip of the pen in the environment must not be silent."""
    ran = sagsgang("case", "list", environment={"SAGSGANG_DATABASE_ULR": "x"}, folder=tmp_path)

    assert ran.code == 1
    assert "SAGSGANG_DATABASE_URL" in ran.err


def test_a_database_that_is_gone_is_told_without_its_password(tmp_path: Path) -> None:
    """The line says that the database does not answer, and not how one would get in."""
    gone = {
        "SAGSGANG_DATABASE_URL": "postgresql://someone:hush@127.0.0.1:1/none",
        "SAGSGANG_TEMPORAL_ADDRESS": "127.0.0.1:1",
    }

    ran = sagsgang("case", "list", "--json", environment=gone, folder=tmp_path)

    assert (ran.code, ran.out, ran.problem["code"]) == (1, "", "database")
    assert "hush" not in ran.err


def test_an_organisation_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The folder and the setting are named."""
    ran = sagsgang("route", "list", environment={"SAGSGANG_ORGANISATION": str(tmp_path / "none")})

    assert ran.code == 1
    assert "SAGSGANG_ORGANISATION" in ran.err
