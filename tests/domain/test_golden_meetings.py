# SPDX-License-Identifier: EUPL-1.2
"""The stored form of events about meetings is fixed; `python -m tests.domain.test_golden_meetings` writes new files."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.domain import AggregateCreated
from eventsourcing.persistence import StoredEvent

from domain.meeting_changes import Meetings
from domain.meeting_plan import MeetingPlan
from tests.domain.desk import midtjylland

FOLDER = Path(__file__).parent / "golden_meetings"
INSTANT = datetime(2025, 3, 18, 9, tzinfo=UTC)
KINDS = (MeetingPlan.Begun, MeetingPlan.Added, MeetingPlan.Moved, MeetingPlan.Cancelled)
SAMPLES: dict[str, Any] = {
    "actor": {"who": "Mette", "role": "secretariat", "how": "cli"},
    "assumed": False,
    "body": "dassos",
    "command_id": "key:mette:1",
    "date": "2025-09-10",
    "meeting": "dassos-2025-09-03",
    "originator_topic": "meetings",
    "papers_in_by": "2025-08-20",
    "place": "Viborg",
    "reason": "Flyttet",
    "source": "Referat",
    "time": "09:30",
    "was_on": "2025-09-03",
}


def sample(kind: type[MeetingPlan.Event]) -> MeetingPlan.Event:
    """An event of a kind with a value in every field."""
    version = 1 if issubclass(kind, AggregateCreated) else 2
    fixed: dict[str, Any] = {"originator_id": MeetingPlan.create_id("dassos"), "originator_version": version}
    names = {field.name for field in fields(kind)} - set(fixed) - {"timestamp"}
    return kind(**fixed, timestamp=INSTANT, **{name: SAMPLES[name] for name in names})


def encode(event: MeetingPlan.Event) -> dict[str, Any]:
    """An event as the log stores it."""
    stored = Meetings(organisation=midtjylland(), clock=lambda: INSTANT).mapper.to_stored_event(event)
    return {"topic": stored.topic, "state": json.loads(stored.state)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.TOPIC)
def test_the_stored_form_is_the_golden_one(kind: type[MeetingPlan.Event]) -> None:
    """An event of today is stored exactly as its file says, and its file is read as the event."""
    golden, event = json.loads((FOLDER / f"{kind.TOPIC}.v1.json").read_text("utf-8")), sample(kind)
    state = json.dumps(golden["state"], separators=(",", ":")).encode()
    stored = StoredEvent(event.originator_id, event.originator_version, golden["topic"], state)
    read: Any = Meetings(organisation=midtjylland(), clock=lambda: INSTANT).mapper.to_domain_event(stored)

    assert encode(event) == golden
    assert read == event


def test_every_kind_has_its_file() -> None:
    """And every file its kind."""
    assert {file.name for file in FOLDER.iterdir()} == {f"{kind.TOPIC}.v1.json" for kind in KINDS}


def main() -> None:
    """Write the files that are missing; a file that is there is never changed."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        file = FOLDER / f"{kind.TOPIC}.v1.json"
        if not file.exists():
            file.write_text(json.dumps(encode(sample(kind)), indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
