# SPDX-License-Identifier: EUPL-1.2
"""The demo's script: what happens on which day, moved so that the case opens on the day that the clock shows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that happens: `what` is `opened`, `answered`, `delayed`, `submitted` or `met`; `facts` the rest."""

    day: date
    body: str
    what: str
    facts: Mapping[str, Any]

    @property
    def effect(self) -> str:
        """What the answer to the entry must say: `counted`, `early` or `late`."""
        return str(self.facts.get("effect", "counted"))

    def is_timely(self, case: Mapping[str, Any]) -> bool:
        """Whether the case has come so far that the entry can happen: its body is asked, or no longer if it is late."""
        if self.effect == "early" or self.what == "met":
            return True
        wanted = self.facts.get("step")
        mine = [(s, a) for s in case["steps"] if s["id"] == (wanted or s["id"]) for a in s["answers"]]
        states = [(s["state"], a["state"]) for s, a in mine if a["body"] == self.body]
        if self.effect == "late":
            return any(step == "completed" for step, _ in states)
        return any(step == "open" and answer in {"awaiting", "delayed"} for step, answer in states)


@dataclass(frozen=True)
class Script:
    """A whole case: how it is opened, what happens, and how it ends."""

    route: str
    title: str
    reference: str
    deadline: date
    meetings: tuple[Mapping[str, Any], ...]
    """The meetings on which it is decided, as they are to be known."""
    entries: tuple[Entry, ...]
    ending: Mapping[str, Any]
    """The status, the result and the councils' states of the last day."""


def read_script(file: Path, opens_on: date) -> Script:
    """The script in a file, every date moved by the days from its first entry to `opens_on`."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    by = opens_on - table["entry"][0]["day"]
    entries = tuple(_entry(_moved(entry, by)) for entry in table.pop("entry"))
    meetings = tuple(_moved(meeting, by) for meeting in table.pop("meeting"))
    expected = table.pop("expected")
    return Script(**_moved(table, by), meetings=meetings, entries=entries, ending=expected[-1])


def _entry(table: Mapping[str, Any]) -> Entry:
    facts = dict(table)
    return Entry(facts.pop("day"), facts.pop("body"), facts.pop("what"), facts)


def _moved(table: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    return {key: value + by if isinstance(value, date) else value for key, value in table.items()}
