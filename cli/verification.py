# SPDX-License-Identifier: EUPL-1.2
"""Checks both logs as a whole: what every event, every case, every view and every change of a meeting must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import Notification

from domain.calendar import WorkingDays
from domain.case import Case
from domain.cases import Cases
from domain.meeting_changes import Meetings
from domain.meeting_plan import MeetingPlan
from projections.documents import Document, case_document
from projections.folding import after
from projections.rows import as_json, case_row
from runtime.database import connect

PAGE = 5000


@dataclass
class Report:
    """What was read and what does not hold, one line a problem."""

    events: int = 0
    cases: int = 0
    position: int = 0
    views_position: int = 0
    meetings: int = 0
    """How many events the log of meetings holds."""
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as one object."""
        return {**vars(self), "sound": not self.problems}


@dataclass
class _Story:
    """What is known of one case while the log is read in order."""

    version: int = 0
    position: int = 0
    case: Case | None = None
    is_broken: bool = False
    shown: Document | None = None
    """The case as the views must show it, once an event came that they have not taken yet."""


def verify(url: str, cases: Cases) -> Report:
    """Read the live views at `url`, then the whole log and that of the meetings, and report.

    Events that the views have not taken yet are no problem, nor is a missing position: a version conflict burns one.
    """
    report, stories = Report(), dict[UUID, _Story]()
    report.views_position, rows = _read_views(url)
    for stored in _log(cases):
        story = stories.setdefault(UUID(str(stored.originator_id)), _Story())
        if stored.id > report.views_position and story.shown is None and story.case is not None:
            story.shown = _as_shown(story, cases.working_days)
        report.events, report.position = report.events + 1, stored.id
        report.problems += _take(cases, stored, story)
    report.cases = len(stories)
    report.problems += _compare(report, stories, rows, cases.working_days)
    report.problems += _read_meetings(cases, report)
    return report


def _read_meetings(cases: Cases, report: Report) -> Iterator[str]:
    """Fold every body's changed meetings from their log; yields what is wrong."""
    plans, versions, broken = dict[UUID, MeetingPlan | None](), dict[UUID, int](), set[UUID]()
    with Meetings(organisation=cases.organisation, clock=cases.clock, env=cases.env) as meetings:
        for stored in _log(meetings):
            report.meetings += 1
            body = UUID(str(stored.originator_id))
            where = f"meetings {body}, version {stored.originator_version}, position {stored.id}"
            if stored.originator_version != versions.get(body, 0) + 1:
                yield f"{where}: the version before it is {versions.get(body, 0)}"
            versions[body] = stored.originator_version
            if body in broken:
                continue
            try:
                event = cast("MeetingPlan.Event", meetings.mapper.to_domain_event(stored))
                plans[body] = cast("MeetingPlan | None", event.mutate(plans.get(body)))
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is what the report is for
                broken.add(body)
                yield f"{where}: cannot be read and folded ({type(error).__name__}: {error})"


def _read_views(url: str) -> tuple[int, dict[UUID, Document]]:
    """How far the views are, and every case's document, of one moment."""
    with connect(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT position FROM views.position").fetchone()
        documents = connection.execute("SELECT id, document FROM views.cases").fetchall()
    return int(row[0]) if row else 0, dict(documents)


def _log(cases: Cases | Meetings) -> Iterator[Notification]:
    """Every event as it is stored, in the log's order."""
    position = 0
    while page := cases.recorder.select_notifications(start=position + 1, limit=PAGE):
        position = page[-1].id
        yield from page


def _take(cases: Cases, stored: Notification, story: _Story) -> Iterator[str]:
    """Fold one event into its case; yields what is wrong. After an event that cannot be read the case is left alone."""
    where = f"case {stored.originator_id}, version {stored.originator_version}, position {stored.id}"
    if stored.originator_version != story.version + 1:
        yield f"{where}: the version before it is {story.version}"
    story.version = stored.originator_version
    if story.is_broken:
        return
    try:
        event = cast("Case.Event", cases.mapper.to_domain_event(stored))
        if story.case is not None and event.timestamp < story.case.modified_on:
            yield f"{where}: recorded at {event.timestamp}, before the event before it"
        story.case, story.position = after(story.case, event), stored.id
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what the report is for
        story.is_broken = True
        yield f"{where}: cannot be read and folded ({type(error).__name__}: {error})"


def _compare(
    report: Report, stories: dict[UUID, _Story], rows: dict[UUID, Document], working_days: WorkingDays
) -> Iterator[str]:
    """Yield where the live views differ from the fold of the log."""
    if report.views_position > report.position:
        yield f"the views are at position {report.views_position}, ahead of the log's {report.position}"
    for case_id, story in stories.items():
        expected = story.shown or _as_shown(story, working_days)
        if story.is_broken or not expected or expected["position"] > report.views_position:
            continue
        if rows.get(case_id) != expected:
            what = "differs from the fold of its events" if case_id in rows else "is missing"
            yield f"case {case_id}: its row in the views {what}; `sagsgang views rebuild` makes it anew"
    for case_id in rows.keys() - stories.keys():
        yield f"case {case_id}: the views show it, the log does not know it"


def _as_shown(story: _Story, working_days: WorkingDays) -> Document | None:
    """The case's document as its row in the views holds it."""
    if story.case is None:
        return None
    document: Document = json.loads(as_json([case_row(case_document(story.case, story.position, working_days))]))[0][
        "document"
    ]
    return document
