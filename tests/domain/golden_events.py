# SPDX-License-Identifier: EUPL-1.2
"""The stored form of every kind of event, kept as files; `python -m tests.domain.golden_events` writes missing ones."""

from __future__ import annotations

import json
from dataclasses import fields
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
    "actor": {"who": "Mette", "role": "secretariat", "how": "cli"},
    "asked": {"note": ["dassos"]},
    "attributes": {"kind": "closure"},
    "bodies": ["dassos"],
    "body": "dassos",
    "command_id": "key:mette:1",
    "concerned": ["dassos"],
    "corrects": "msg-0",
    "deadline": "2025-05-31",
    "decided_by": "council",
    "decided_on": "2025-03-17",
    "due": "2025-03-25",
    "effect": "counted",
    "expected_on": "2025-06-10",
    "informed": ["dassos"],
    "kind": "material",
    "material_for": ["dassos"],
    "message_id": "msg-1",
    "mode": "meeting",
    "moved_days": 3,
    "name": "afrapportering.pdf",
    "number": 1,
    "organisation": "midtjylland",
    "originator_topic": "case",
    "outcome": "noted",
    "planned_for": INSTANT,
    "reason": "Udmeldingen er trukket tilbage",
    "reference": "25/1234",
    "remark": "ingen",
    "result": "noted",
    "revises": "note#1",
    "round": 1,
    "route": 'id = "orientering"\n',
    "rule": "consent",
    "sha256": "0" * 64,
    "size": 1000,
    "source": "webhook",
    "standing": ["kd-net"],
    "status": "completed",
    "step": "note",
    "supports": True,
    "title": "Afrapportering 2025",
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


def golden_file(kind: type[Case.Event]) -> Path:
    """Where the stored form of a kind's present version is kept."""
    return FOLDER / f"{kind.TOPIC}.v{getattr(kind, 'class_version', 1)}.json"


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
        if not golden_file(kind).exists():
            golden_file(kind).write_text(json.dumps(encode(sample(kind)), indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
