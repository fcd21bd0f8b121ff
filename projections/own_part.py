# SPDX-License-Identifier: EUPL-1.2
"""What one body sees of a case: how far it is, the papers, and the body's own words; nothing that another one said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.case import Case, StepState
from domain.versions import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.documents import Document

_PLAIN = ("id", "position", "version", "route", "title", "reference", "status", "result", "deadline", "opened_at")
_PLAIN_TOO = ("suspended_at", "closed_at", "overdue", "papers")
_EMPTY = ("outcome_so_far", "renews", "renewed_by", "entry_into_force", "replaces")
_STEP = ("id", "name", "round", "ask", "also_asks", "mode", "state", "result", "results", "opened_at", "opens_on")
_STEP_TOO = ("awaits_date", "due", "due_passed", "completed_at", "sent_back", "revises", "why", "version")
_STEP_PLACE = ("layer", "after", "opened_by", "closes")
_SAYS = frozenset(k.TOPIC for k in (Case.AnswerRecorded, Case.AnswerCorrected, Case.DelayReported))
_HAPPENS = frozenset(k.TOPIC for k in (Case.Opened, Case.StepCompleted, Case.StepReopened, Case.Closed))
"""What a timeline tells everybody who is asked: sentences that name steps and results, and no body but by these."""


def bodies_asked(document: Document) -> list[str]:
    """Every body that a case asks, has asked or is to ask, in any round of any step."""
    return sorted({answer["body"] for shown in _rounds(document["steps"]) for answer in shown["answers"]})


def own_document(document: Document, body: str) -> Document:
    """A case's document as the body sees it: of the same shape, without what is not its own.

    Late means here that the body's own answer is.
    """
    steps = [_own_step(step, body) for step in document["steps"]]
    awaited = [step["due"] for step in document["steps"] if body in _awaited(step)]
    waits = document["status"] == "running" and any(body in _awaited(step) for step in document["steps"])
    next_due = min((due for due in awaited if due), default=None) if waits else None
    return {
        **{name: document[name] for name in (*_PLAIN, *_PLAIN_TOO) if name in document},
        **dict.fromkeys(_EMPTY),
        "next_due": next_due,
        "overdue_after": next_due,
        "attributes": {},
        "concerned": [body] if body in document["concerned"] else [],
        "waiting_for": [body] if body in document["waiting_for"] else [],
        "blocked": [],
        "steps": steps,
        "conditions": _of(document["conditions"], body),
        "contradictions": [],
        "tasks": [task for task in document["tasks"] if body in (task["body"], task.get("responsible"))],
        "decisions": _of(document["decisions"], body),
        "papers": [_own_paper(paper, body) for paper in document["papers"]],
    }


def own_timeline(entries: Iterable[Document], body: str) -> list[Document]:
    """What happened to a case as the body sees it: its own words, and how far the case came."""
    own = [entry for entry in entries if _is_own(entry, body) or entry["type"] in _HAPPENS]
    return [entry if _is_own(entry, body) else {**entry, "actor": None} for entry in own]


def _is_own(entry: Document, body: str) -> bool:
    return entry["body"] == body and entry["type"] in _SAYS


def _rounds(steps: Iterable[Document]) -> Iterable[Document]:
    return (shown for step in steps for shown in (step, *step.get("earlier", ())))


def _awaited(step: Document) -> list[str]:
    waits = step["state"] == StepState.OPEN
    return [a["body"] for a in step["answers"] if waits and a["state"] in {"awaiting", "delayed"}]


def _own_step(step: Document, body: str) -> Document:
    """A step with the body's own part; the scheme that bodies join is left out, since it names them."""
    place = {name: step[name] for name in _STEP_PLACE}
    return {**_own_round(step, body), **place, "earlier": [_own_round(past, body) for past in step["earlier"]]}


def _own_round(shown: Document, body: str) -> Document:
    answers = [answer for answer in shown["answers"] if answer["body"] == body]
    asked_again = shown["asked_again"]
    return {
        **{name: shown[name] for name in (*_STEP, *_STEP_TOO)},
        "asked_again": [one for one in asked_again if one == body] if asked_again else asked_again,
        "silence": None,
        "skipped_because": shown["skipped_because"],
        "question": shown["question"] if answers else None,
        "about": shown["about"] if answers else None,
        "answers": answers,
    }


def _own_paper(paper: Document, body: str) -> Document:
    """A version of the papers; for whom else it is material, and who was told of it, is not the body's."""
    mine = {name: [one for one in paper[name] if one in (body, ALL)] for name in ("material_for", "informed")}
    return {**paper, **mine}


def _of(added: Sequence[Document], body: str) -> list[Document]:
    return [one for one in added if one["body"] == body]
