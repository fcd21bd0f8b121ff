# SPDX-License-Identifier: EUPL-1.2
"""What stands in the log can always be read: the stored form of every event is fixed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.case import Case
from tests.domain.golden_events import FOLDER, decode, encode, event_classes, golden_files, sample, sample_of

HOW_TO = (
    "never change a stored event: give a new field a default, or raise its class_version and write an upcast; keep the "
    "old file, write the new one (CONTRIBUTING.md)"
)


@pytest.mark.parametrize("kind", event_classes(), ids=lambda kind: kind.TOPIC)
def test_the_stored_form_is_the_golden_one(kind: type[Case.Event]) -> None:
    """An event of today is stored exactly as the newest file says."""
    newest = golden_files(kind)[-1]

    assert encode(sample(kind)) == json.loads(newest.read_text("utf-8")), HOW_TO


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.stem)
def test_every_golden_form_can_be_read(file: Path) -> None:
    """A form that was ever stored is read as an event with every field of today, later ones with their defaults."""
    golden = json.loads(file.read_text("utf-8"))
    kind = next(kind for kind in event_classes() if golden["topic"] == kind.TOPIC)

    assert decode(golden, sample(kind).originator_version) == sample_of(kind, golden), HOW_TO


def test_every_topic_is_stable_and_its_own() -> None:
    """Topics are written out, so that a moved file does not break the history."""
    topics = [kind.__dict__.get("TOPIC") for kind in event_classes()]

    assert all(topics)
    assert len(set(topics)) == len(topics)
