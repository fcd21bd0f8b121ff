# SPDX-License-Identifier: EUPL-1.2
"""The stored form of every kind of event, kept as files; `python -m tests.domain.golden_events` writes missing ones."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.domain import AggregateCreated
from eventsourcing.persistence import StoredEvent

from domain.case import Case
from domain.cases import Cases
from tests.domain.desk import midtjylland

FOLDER = Path(__file__).parent / "golden"
CASE_ID = UUID("00000000-0000-4000-8000-000000000001")
INSTANT = datetime(2025, 3, 18, 9, tzinfo=UTC)

# One value of each field that an event may have; what a field means is said where its event is defined.
SAMPLES: dict[str, Any] = {
    "about": "reply#1",
    "agenda_item": "12a",
    "also": {"discuss": "discussed"},
    "ask": "approve",
    "dissent": [{"who": "N. Nielsen", "text": "For dyrt"}],
    "persons": ["A. Andersen"],
    "points": ["Finansiering"],
    "protocol": "Protokol 2025-03",
    "reservation": "budgettet",
    "results": {"approve": "approved", "discuss": "discussed"},
    "wording": "Godkendt som indstillet.",
    "actor": {"who": "Mette", "role": "secretariat", "how": "cli"},
    "asked": {"note": ["dassos"]},
    "attributes": {"kind": "closure"},
    "because": "nobody_asked",
    "attribute": "places",
    "by_hand": True,
    "bodies": ["dassos"],
    "between": [1, 2],
    "bodies_due": "2025-08-25",
    "body": "dassos",
    "cancels": [1],
    "command_id": "key:mette:1",
    "concerned": ["dassos"],
    "condition": 1,
    "conditions": [
        {
            "text": "Takstgruppen skal høres",
            "responsible": "takstgruppen",
            "contact": "Anna",
            "meeting": "DASSOS 9. februar 2022",
            "due": "2021-05-25",
            "kind": "material",
        }
    ],
    "contradiction": 1,
    "corrects": "msg-0",
    "days": 7,
    "date": "2025-04-08",
    "deadline": "2025-05-31",
    "decided_by": "council",
    "decided_on": "2025-03-17",
    "decision": 1,
    "done_by": "Takstgruppen",
    "done_on": "2025-03-17",
    "due": "2025-03-25",
    "effect": "counted",
    "effective_on": "2025-07-01",
    "expected_on": "2025-06-10",
    "informed": ["dassos"],
    "kind": "material",
    "level": "leadership",
    "material_for": ["dassos"],
    "given": {
        "text": "Takstgruppen skal høres",
        "responsible": None,
        "contact": None,
        "meeting": None,
        "due": None,
        "kind": "editorial",
    },
    "meeting": "kkr-midtjylland-2025-04-08",
    "meeting_on": "2021-05-04",
    "message_id": "msg-1",
    "mode": "meeting",
    "moved_days": 3,
    "name": "afrapportering.pdf",
    "not_before": "2025-03-28",
    "number": 1,
    "on": "2022-08-01",
    "organisation": "midtjylland",
    "originator_topic": "case",
    "outcome": "noted",
    "papers_in_by": "2025-03-28",
    "papers_in_on": "2025-03-28",
    "passes_on": "msg-0",
    "place": "Viborg",
    "planned_for": INSTANT,
    "question": "Hvor mange pladser er der?",
    "reason": "Udmeldingen er trukket tilbage",
    "reference": "25/1234",
    "remark": "ingen",
    "renewal": "00000000-0000-4000-8000-000000000002",
    "renews": "00000000-0000-4000-8000-000000000003",
    "result": "noted",
    "revises": "note#1",
    "round": 1,
    "route": 'id = "orientering"\n',
    "rule": "consent",
    "sha256": "0" * 64,
    "size": 1000,
    "source": "webhook",
    "standing": ["kd-net"],
    "stand": [2],
    "status": "completed",
    "step": "note",
    "steps": ["note"],
    "supports": True,
    "task": 1,
    "tasks": [{"text": "Eksempler", "responsible": None, "contact": None, "meeting": None, "due": "2021-05-25"}],
    "text": "Nyt skema",
    "time": "09:30",
    "title": "Afrapportering 2025",
    "to": ["lemvig"],
    "told": {"kd-net": ["dassos"]},
    "value": 12,
    "version": 1,
    "why": "objection",
}


def event_classes() -> list[type[Case.Event]]:
    """Every kind of event that a case can have."""
    nested = (value for value in vars(Case).values() if isinstance(value, type))
    return [kind for kind in nested if issubclass(kind, Case.Event) and kind is not Case.Event]


def sample(kind: type[Case.Event]) -> Case.Event:
    """An event of a kind with a value in every field."""
    fixed = {"originator_id": CASE_ID, "originator_version": 1 if issubclass(kind, AggregateCreated) else 2}
    names = {field.name for field in fields(kind)} - set(fixed) - {"timestamp"}
    return kind(**fixed, timestamp=INSTANT, **{name: SAMPLES[name] for name in names})  # type: ignore[arg-type]


def golden_files(kind: type[Case.Event]) -> list[Path]:
    """Every stored form that a kind has had, oldest first."""
    return sorted(FOLDER.glob(f"{kind.TOPIC}.v*.json"), key=lambda file: int(file.suffixes[-2].removeprefix(".v")))


def sample_of(kind: type[Case.Event], golden: dict[str, Any]) -> Case.Event:
    """The sample as a stored form should be read: fields that came later have their defaults."""
    later = {field.name: field.default for field in fields(kind) if field.name not in golden["state"]}
    return replace(sample(kind), **{name: value for name, value in later.items() if name in _added(kind)})  # type: ignore[arg-type]


def _added(kind: type[Case.Event]) -> set[str]:
    return {field.name for field in fields(kind) if field.default is not MISSING}


def encode(event: Case.Event) -> dict[str, Any]:
    """An event as the log stores it."""
    stored = _mapper().to_stored_event(event)
    return {"topic": stored.topic, "state": json.loads(stored.state)}


def decode(golden: dict[str, Any], version: int) -> Case.Event:
    """The event that a stored form is read as today."""
    state = json.dumps(golden["state"], separators=(",", ":")).encode()
    event = _mapper().to_domain_event(StoredEvent(CASE_ID, version, golden["topic"], state))
    assert isinstance(event, Case.Event)
    return event


def _mapper() -> Any:
    return Cases(organisation=midtjylland(), clock=lambda: INSTANT).mapper


def main() -> None:
    """Write the files that are missing; a file that is there is never changed."""
    FOLDER.mkdir(exist_ok=True)
    for kind in event_classes():
        files, form = golden_files(kind), encode(sample(kind))
        if not files or json.loads(files[-1].read_text("utf-8"))["state"].keys() != form["state"].keys():
            file = FOLDER / f"{kind.TOPIC}.v{len(files) + 1}.json"
            file.write_text(json.dumps(form, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
