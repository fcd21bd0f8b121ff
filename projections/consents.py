# SPDX-License-Identifier: EUPL-1.2
"""Which body has consented to which version of the papers: a matrix, read out of a case's document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domain.asks import OBJECTED
from domain.case import AnswerState, StepState, Why
from domain.route import INQUIRY, OWN_ASKS
from projections.documents import Document

ANSWERED, STANDS, ASKED_AGAIN = "answered", "stands", "asked_again"
AWAITING, SILENT, INFORMED = "awaiting", "silent", "informed"

_PENDING = {AnswerState.AWAITING, AnswerState.DELAYED}
_UNNAMED: Document = {
    "number": 1,
    "name": None,
    "change": "editorial",
    "material_for": [],
    "informed": [],
    "added_at": None,
}
"""What was sent out before any paper was added."""


def consents(document: Document) -> Document:
    """The matrix of a case: for every step in which bodies decide a row a body, and in it a cell a version.

    A cell's `state` is `answered` with the outcome given on that version; `stands` with the outcome of an earlier
    version that stands for this one; `asked_again`, `awaiting` or `silent` where no answer is there; `informed` where
    the body was only told of the version; None where it had nothing to do with it.
    """
    papers = document["papers"] or [_UNNAMED]
    steps = [_step(step, papers) for step in document["steps"] if _is_shown(step)]
    versions = [{key: paper[key] for key in _UNNAMED if key != "informed"} for paper in papers]
    return {"case": document["id"], "position": document["position"], "versions": versions, "steps": steps}


def _is_shown(step: Document) -> bool:
    """Whether bodies decide in a step and have been asked, or have answered early."""
    is_asked = step["state"] in {StepState.OPEN, StepState.COMPLETED}
    is_said = bool(step["earlier"]) or any(a["outcome"] for a in step["answers"])
    return step["ask"] not in OWN_ASKS and step["id"] != INQUIRY and (is_asked or is_said)


def _step(step: Document, papers: list[Document]) -> Document:
    rounds = [*step["earlier"], step]
    bodies = dict.fromkeys(a["body"] for shown in reversed(rounds) for a in shown["answers"])
    rows = [_Row(rounds, body).cells(papers) for body in bodies]
    facts = {key: step[key] for key in ("id", "name", "round", "state", "result")}
    return {**facts, "rows": [{"body": body, "cells": cells} for body, cells in zip(bodies, rows, strict=True)]}


@dataclass(frozen=True)
class _Given:
    """An answer that a body gave on a version, and when it ceased to stand because the step was asked anew."""

    outcome: str
    round: int
    until: str | None

    def stands(self, added_at: str | None) -> bool:
        """Whether the answer can stand for a version that was added then."""
        return self.outcome != OBJECTED.id and (self.until is None or (added_at or "") < self.until)


class _Row:
    """One body's part in the rounds of one step, oldest first."""

    def __init__(self, rounds: list[Document], body: str) -> None:
        self._body, self._entry = body, _entry(rounds[-1], body)
        self._again = {r["version"] for r in rounds if r["why"] == Why.VERSION and body in r["asked_again"]}
        self._given = dict(_given(rounds, body))

    def cells(self, papers: list[Document]) -> list[Document]:
        """A cell for each version."""
        newest = papers[-1]["number"]
        return [self._cell(paper, is_newest=paper["number"] == newest) for paper in papers]

    def _cell(self, paper: Document, *, is_newest: bool) -> Document:
        number = paper["number"]
        last = self._given.get(max((v for v in self._given if v <= number), default=0))
        state = self._state(number, paper, last, is_newest=is_newest)
        shown = last if state in {ANSWERED, STANDS} and last else None
        outcome, given_in = (shown.outcome, shown.round) if shown else (None, None)
        return {"version": number, "state": state, "outcome": outcome, "round": given_in}

    def _state(self, number: int, paper: Document, last: _Given | None, *, is_newest: bool) -> str | None:
        if number in self._given:
            return ANSWERED
        if is_newest and self._entry.get("state") in _PENDING:
            return ASKED_AGAIN if last else AWAITING
        if last and last.stands(paper["added_at"]) and not self._asked_since(number):
            return STANDS
        if number in self._again:
            return ASKED_AGAIN
        if is_newest and self._entry.get("state") == AnswerState.SILENT:
            return SILENT
        return INFORMED if self._body in paper["informed"] else None

    def _asked_since(self, number: int) -> bool:
        """Whether the body was asked again between its newest answer and a version, that version included."""
        answered = max(v for v in self._given if v <= number)
        return any(answered < version <= number for version in self._again)


def _given(rounds: list[Document], body: str) -> Iterator[tuple[int, _Given]]:
    """A body's answers by the version that they concern, the newest last."""
    for place, shown in enumerate(rounds):
        entry = _entry(shown, body)
        if entry.get("state") == AnswerState.ANSWERED:
            given_in = entry["stands_from"] or shown["round"]
            yield entry["concerned_version"], _Given(entry["outcome"], given_in, _until(rounds[place:]))


def _until(rounds: list[Document]) -> str | None:
    """When the answers of the first of these rounds ceased to stand; None while they may."""
    last = next((r for r, after in pairwise(rounds) if after["why"] is None), rounds[-1])
    is_over = last is not rounds[-1] or last["sent_back"]
    until: str | None = last["completed_at"] if is_over else None
    return until


def _entry(shown: Document, body: str) -> dict[str, Any]:
    return next((answer for answer in shown["answers"] if answer["body"] == body), {})
