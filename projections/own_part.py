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
_STEP = ("id", "name", "round", "ask", "also_asks", "mode", "state", "result", "results", "opened_at", "opens_on")
_STEP_TOO = ("awaits_date", "due", "due_passed", "completed_at", "sent_back", "revises", "why", "version")
_STEP_PLACE = ("skipped_because", "layer", "after", "opened_by", "closes")
_SAYS = frozenset(k.TOPIC for k in (Case.AnswerRecorded, Case.AnswerCorrected, Case.DelayReported))
_HAPPENS = frozenset(k.TOPIC for k in (Case.Opened, Case.StepCompleted, Case.StepReopened, Case.Closed))
"""What a timeline tells everybody who is asked: sentences that name steps and results, and no body but by these."""


def bodies_asked(document: Document) -> list[str]:
    """Every body that a case asks, has asked or is to ask, in any round of any step."""
    return sorted({answer["body"] for shown in _rounds(document["steps"]) for answer in shown["answers"]})


def own_document(document: Document, body: str) -> Document:
    """A case's document as the body sees it: of the same shape, with what is not its own null or empty.

    What a document learns to say later is closed until it is let in here. Late means that the body's own answer is.
    """
    awaited = [step["due"] for step in document["steps"] if body in _awaited(step)]
    running = document["status"] == "running"
    next_due = min((due for due in awaited if due), default=None) if running else None
    return {
        **_closed(document),
        **_kept(document, (*_PLAIN, *_PLAIN_TOO)),
        "next_due": next_due,
        "overdue_after": next_due,
        "concerned": _only(document["concerned"], body),
        "waiting_for": _only(document["waiting_for"], body),
        "steps": [_own_step(step, body) for step in document["steps"]],
        "conditions": _of(document["conditions"], body),
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
    return {**_own_round(step, body), "earlier": [_own_round(past, body) for past in step["earlier"]]}


def _own_round(shown: Document, body: str) -> Document:
    """A round with the body's own part."""
    answers = [answer for answer in shown["answers"] if answer["body"] == body]
    asked = ("question", "about") if answers else ()
    return {
        **_closed(shown),
        **_kept(shown, (*_STEP, *_STEP_TOO, *_STEP_PLACE, *asked)),
        "asked_again": _only(shown["asked_again"], body),
        "answers": answers,
    }


def _own_paper(paper: Document, body: str) -> Document:
    """A version of the papers; for whom else it is material, and who was told of it, is not the body's."""
    mine = {name: [one for one in paper[name] if one in (body, ALL)] for name in ("material_for", "informed")}
    return {**paper, **mine}


def _closed(document: Document) -> Document:
    """The keys of a document with nothing in them."""
    return {name: type(value)() if isinstance(value, list | dict) else None for name, value in document.items()}


def _kept(document: Document, names: Sequence[str]) -> Document:
    return {name: document[name] for name in names if name in document}


def _only(bodies: Sequence[str] | None, body: str) -> list[str]:
    return [one for one in bodies or () if one == body]


def _of(added: Sequence[Document], body: str) -> list[Document]:
    return [one for one in added if one["body"] == body]
