# SPDX-License-Identifier: EUPL-1.2
"""The reference pages are complete: what the code has, they name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cli.main import app
from domain.asks import ASKS
from domain.case import Case
from organisations.meeting_files import COLUMNS
from runtime.settings import Settings
from tests.domain.golden_events import event_classes
from web.metrics import Metrics

TOP = Path(__file__).parents[2]
REFERENCE = TOP / "docs" / "reference"
ROOMS = ("domain", "runtime", "organisations", "workflows", "projections", "outgoing", "workers", "web", "cli")
COMMON = {"originator_id", "originator_version", "originator_topic", "timestamp", "actor", "command_id"}


def commands() -> list[tuple[str, Any]]:
    """Every command that can be given, by its words."""
    return list(_commands(typer.main.get_command(app), "sagsgang"))


def _commands(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
    for name, sub in (inner or {}).items():
        yield from _commands(sub, f"{words} {name}")


def rows(page: str) -> dict[str, str]:
    """The table rows of a page by the first code word that stands in them."""
    lines = (REFERENCE / page).read_text("utf-8").splitlines()
    return {found[1]: line for line in lines if (found := re.match(r"\| `([^`]+)`", line))}


@pytest.mark.parametrize("kind", event_classes(), ids=lambda kind: kind.TOPIC)
def test_every_event_stands_in_the_reference(kind: type[Case.Event]) -> None:
    """With its topic and each of its own fields."""
    row = rows("events.md")[kind.TOPIC]
    own = {field.name for field in fields(kind)} - COMMON
    inherited = {field.name for field in fields(Case.AnswerRecorded)} if "as `case.answer_recorded`" in row else set()

    assert [name for name in sorted(own - inherited) if f"`{name}`" not in row] == []


def test_every_outcome_stands_in_the_reference() -> None:
    """With the ask that allows it."""
    text = (REFERENCE / "asks.md").read_text("utf-8")
    expected = [f"| `{ask.id}` | {ask.name.da} | `{o}` |" for ask in ASKS.values() for o in ask.outcomes]

    assert [row for row in expected if row not in text] == []


def test_every_key_of_a_route_stands_in_the_reference() -> None:
    """Each key that the reader asks a route file for."""
    text = (REFERENCE / "routes.md").read_text("utf-8")
    readers = ("route.py", "entry_into_force.py", "attribute_words.py")
    source = "".join((TOP / "domain" / reader).read_text("utf-8") for reader in readers)
    keys = set(re.findall(r"table\.\w+\(\s*\"(\w+)\"", source)) | set(re.findall(r"inner\.\w+\(\"(\w+)\"", source))

    assert len(keys) > 20
    assert [key for key in sorted(keys) if not re.search(rf"`[^`]*\b{key}\b[^`]*`", text)] == []


def test_every_key_of_a_calendar_stands_in_the_reference() -> None:
    """Each key that the reader asks a calendar file for, and each column of a CSV file."""
    source = (TOP / "domain" / "calendar_files.py").read_text("utf-8")
    keys = set(re.findall(r"(?:table|inner)\.(?!fault|has)\w+\(\s*\"(\w+)\"", source)) | {"weeks", "months", *COLUMNS}
    text = (REFERENCE / "calendars.md").read_text("utf-8")

    assert len(keys) > 20
    assert [key for key in sorted(keys) if not re.search(rf"`[^`]*\b{key}\b[^`]*`", text)] == []


def test_every_setting_stands_in_the_reference() -> None:
    """By the environment variable's name."""
    names = {f"SAGSGANG_{name.upper()}" for name in Settings.model_fields}

    assert names - set(rows("settings.md")) == set()


@pytest.mark.parametrize(("words", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_stands_in_the_reference(words: str, command: Any) -> None:
    """With each option of its own."""
    row = next(line for name, line in rows("commands.md").items() if re.match(rf"{words}( [A-Z]|$)", name))
    options = [o for p in command.params if p.param_type_name == "option" for o in (*p.opts, *p.secondary_opts)]

    assert [o for o in options if o not in {"--json", "--data", "--help"} and f"`{o}`" not in row] == []


def test_every_log_event_stands_in_the_reference() -> None:
    """And none stands there that the code does not write."""
    assert set(rows("log-events.md")) == set(log_events())


def test_every_metric_stands_in_the_reference() -> None:
    """With its labels; and none stands there that is not told."""
    registry = Metrics().registry
    names = {sample.name for family in registry.collect() for sample in family.samples} | {
        family.name + {"counter": "_total", "info": "_info"}.get(family.type, "") for family in registry.collect()
    }

    plain = {name for name in names if not name.endswith(("_created", "_bucket", "_sum", "_count"))}
    assert plain == set(rows("metrics.md"))


def log_events() -> Iterator[str]:
    """The name of every log event that our code writes."""
    for room in ROOMS:
        for file in sorted((TOP / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if _is_log_call(node):
                    yield from _names(node)


def _is_log_call(node: ast.AST) -> bool:
    if not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    ):
        return False
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    return node.func.value.id in {"log", "logger"} and node.func.attr in levels


def _names(node: ast.AST) -> Iterator[str]:
    assert isinstance(node, ast.Call)
    texts = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    yield from (text for text in texts if re.fullmatch(r"[a-z]+(_[a-z]+)+", text))
