# SPDX-License-Identifier: EUPL-1.2
"""The rows that a case and its events have in the view tables; keys are the columns of `schema.sql`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from domain.asks import RECOMMENDATION
from domain.case import Case, StepState
from projections.documents import Document, instant, summary_of
from projections.own_part import bodies_asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, Any]

_UNREADABLE = "\ufffd"


def case_row(document: Document) -> Row:
    """The row of a case in the list."""
    sought = (document["title"], document["reference"] or "", document["id"])
    return {
        "id": document["id"],
        "position": document["position"],
        "status": document["status"],
        "route": document["route"]["id"],
        "opened_at": document["opened_at"],
        "closed_at": document["closed_at"],
        "overdue_after": document["overdue_after"],
        "waiting_for": document["waiting_for"],
        "asked": bodies_asked(document),
        "search": "\n".join(sought).casefold(),
        "summary": summary_of(document),
        "document": document,
    }


def timeline_row(entry: Document) -> Row:
    """The row of one event."""
    return {
        "position": entry["position"],
        "case_id": entry["case"],
        "recorded_at": entry["recorded_at"],
        "entry": entry,
    }


def answer_row(before: Case | None, event: Case.Event, position: int) -> Row | None:
    """The row of a body's answer, None else: interim words, recommendations and corrections answer nothing first."""
    if before is None or type(event) is not Case.AnswerRecorded or event.effect == RECOMMENDATION:
        return None
    if all(event.is_interim(before, ask) for ask in event.outcomes(before)):
        return None
    asked = before.round(event.step, event.round)
    return {
        "position": position,
        "case_id": str(event.originator_id),
        "body": event.body,
        "asked_at": instant(asked.opened_at),
        "answered_at": instant(event.timestamp),
        "decided_on": event.decided_on,
        "due": asked.due.isoformat() if asked.due else None,
        "mode": asked.mode or before.route.step(event.step).mode,
    }


def inbox_rows(case: Case, document: Document) -> Iterator[Row]:
    """The rows of the bodies whose answers an open case's open steps await."""
    if not case.is_open:
        return
    for step in document["steps"]:
        if step["state"] == StepState.OPEN:
            for body in case.current(step["id"]).pending:
                yield _inbox_row(document, step, body)


def as_json(rows: Sequence[Row]) -> str:
    """The rows as JSON that PostgreSQL takes, whatever texts and numbers came in from outside.

    PostgreSQL refuses NUL, NaN and infinities, and a refused row would stop every view.
    """
    try:
        text = json.dumps(rows, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_mended(rows), ensure_ascii=False)
    return json.dumps(_mended(rows), ensure_ascii=False) if "\\u0000" in text else text


def _inbox_row(document: Document, step: Document, body: str) -> Row:
    answer = next(answer for answer in step["answers"] if answer["body"] == body)
    entry = {
        "body": body,
        "case": document["id"],
        "title": document["title"],
        "reference": document["reference"],
        "route": document["route"],
        "status": document["status"],
        "deadline": document["deadline"],
        "step": step["id"],
        "name": step["name"],
        "round": step["round"],
        "ask": step["ask"],
        "also_asks": step["also_asks"],
        "state": answer["state"],
        "outcome": answer["outcome"],
        "also": answer["also"],
        "expected_on": answer["expected_on"],
        "due": step["due"],
        "item": next((item for item in step["items"] if item["body"] == body), None),
        "question": step["question"],
        "opened_at": step["opened_at"],
    }
    return {
        "body": body,
        "case_id": document["id"],
        "step": step["id"],
        "due": step["due"],
        "opened_at": step["opened_at"],
        "entry": entry,
    }


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", _UNREADABLE)
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
