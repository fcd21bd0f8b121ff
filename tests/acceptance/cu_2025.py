# SPDX-License-Identifier: EUPL-1.2
"""The reply to the central announcement of spring 2025 as data, on its real dates or moved by whole weeks."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.answering import Reply
from domain.case import Case, StepState
from domain.cases import Cases, Taken
from domain.commands import Actor, Command
from domain.dates import at_danish_time
from runtime.settings import ROOT

SCRIPT_FILE = ROOT / "organisations" / "midtjylland" / "demo" / "cu-2025.toml"
WORKING_HOUR = time(10)


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `what` is `opened`, `answered`, `delayed`, `submitted` or `met`; `fields` its facts."""

    day: date
    body: str
    what: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def effect(self) -> str:
        """What taking it does: `counted`, `early` or `late`."""
        return str(self.fields.get("effect", "counted"))

    @property
    def reply(self) -> Reply:
        """What the body says, as a command takes it."""
        names = ("outcome", "decided_by", "due", "supports", "step")
        said = {name: self.fields[name] for name in names if name in self.fields}
        return Reply(decided_on=self.day, **said) if self.what == "answered" else Reply(**said)


@dataclass(frozen=True)
class Expected:
    """How the case stands at the end of a Danish day."""

    day: date
    status: str
    open: tuple[str, ...]
    completed: frozenset[str]
    waiting_for: frozenset[str]
    councils: Mapping[str, int]
    result: str | None = None


@dataclass(frozen=True)
class Script:
    """The whole case: how it is opened, what happens, and how it then stands."""

    route: str
    title: str
    reference: str
    deadline: date
    entries: tuple[Entry, ...]
    expected: tuple[Expected, ...]

    def moved(self, weeks: int) -> Script:
        """The same case with every date moved by whole weeks."""
        moved: Script = _moved(self, timedelta(weeks=weeks))
        return moved

    def expected_on(self, month: int, day: int) -> Expected:
        """The expected standing of one day of the year."""
        return next(e for e in self.expected if (e.day.month, e.day.day) == (month, day))


def read_script() -> Script:
    """The script as the papers date it."""
    table = tomllib.loads(SCRIPT_FILE.read_text(encoding="utf-8"))
    entries, expected = table.pop("entry"), table.pop("expected")
    del table["meeting"]  # on its own days the case meets those of the calendar
    return Script(**table, entries=tuple(map(_entry, entries)), expected=tuple(map(_expected, expected)))


def moment(day: date) -> datetime:
    """The UTC instant of a day at which its entries happen: in Danish working hours."""
    return at_danish_time(day, WORKING_HOUR)


def play(cases: Cases, entry: Entry, case: Taken | None, script: Script) -> Taken | None:
    """Let one entry happen by the command that it stands for; None for what is no event."""
    actor = Actor(entry.body, "secretariat" if entry.body == "secretariat" else "council", "test")
    command = Command.by(actor, f"{entry.day}:{entry.body}:{entry.what}:{entry.fields.get('outcome', '')}")
    if entry.what == "opened":
        return cases.open(
            command, route=script.route, title=script.title, reference=script.reference, deadline=script.deadline
        )
    assert case is not None
    match entry.what:
        case "answered":
            return cases.answer(case.case_id, command, entry.body, entry.reply, "webhook")
        case "delayed":
            return cases.delay(case.case_id, command, entry.body, entry.reply, "webhook")
        case "submitted":
            return cases.submit(case.case_id, command, step=entry.fields["step"], submitted_on=entry.day)
    return None


def standing(case: Case, day: date) -> Expected:
    """How a case stands, in the form in which the script expects it."""
    states = Counter(str(a.state) for a in case.current("councils").answers.values())
    return Expected(
        day=day,
        status=case.status,
        open=tuple(r.step for r in case.open_rounds()),
        completed=frozenset(s.id for s, r in case.current_rounds() if r.state == StepState.COMPLETED),
        waiting_for=frozenset(case.waiting_for()),
        councils={} if "not_asked" in states else dict(states),
        result=case.result,
    )


def _entry(table: dict[str, Any]) -> Entry:
    return Entry(table.pop("day"), table.pop("body"), table.pop("what"), table)


def _expected(table: dict[str, Any]) -> Expected:
    given: dict[str, Any] = {name: frozenset(table.pop(name)) for name in ("completed", "waiting_for")}
    return Expected(open=tuple(table.pop("open")), councils=table.pop("councils", {}), **given, **table)


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, date):
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    if isinstance(value, Script | Entry | Expected):
        return replace(value, **{name: _moved(item, by) for name, item in vars(value).items()})
    return value
