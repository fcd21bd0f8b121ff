# SPDX-License-Identifier: EUPL-1.2
"""Versions of the papers: what a new one changes, for whom, and who is asked again because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.case import AnswerState, Case, StepState, Why
from domain.errors import InvalidError
from domain.following import Following, asked_again, is_negative
from domain.texts import required

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domain.case import Round
    from domain.commands import Command
    from domain.route import Step

EDITORIAL, MATERIAL = CHANGES = ("editorial", "material")
"""What a new version can change: words alone, or what bodies have consented to."""
ALL = "all"
"""In place of bodies: every one."""
MAX_PAPER = 25 * 1024 * 1024
"""The largest paper, in bytes."""


@dataclass(frozen=True)
class NewPaper:
    """A version of the papers whose content is stored, and what it changes for whom."""

    name: str
    sha256: str
    size: int
    change: str = EDITORIAL
    material_for: Sequence[str] = ()
    """Of a material version: the bodies for which it is; none, or `all`, for every one."""


def add_paper(case: Case, at: datetime, command: Command, paper: NewPaper) -> str:
    """Add a version; from the second on the bodies asked so far are told, or asked again; raises `InvalidError`."""
    _check_paper(paper)
    number, facts = len(case.papers) + 1, {"sha256": paper.sha256, "size": paper.size}
    declared = [] if number == 1 else list(_declared(case, at, paper, number))
    by = {"actor": command.actor.as_dict(), "command_id": command.id}
    name = required(paper.name, "name")
    case.trigger_event(Case.PaperAdded, timestamp=at, **by, number=number, name=name, **facts)
    for following in declared:
        case.trigger_event(following.event, timestamp=at, **by, **following.facts)
    return "counted"


def _declared(case: Case, at: datetime, paper: NewPaper, number: int) -> Iterator[Following]:
    """What a further version brings about beside itself, in the case as it is without it."""
    named, told = _named(case, paper), _asked(case, begun=True)
    facts = {"version": number, "kind": paper.change, "material_for": named, "informed": told}
    yield Following(Case.VersionDeclared, facts)
    for current in _bound_rounds(case):
        answered = [body for body, a in current.asked.items() if a.state == AnswerState.ANSWERED]
        again = [body for body in answered if body in named or named == [ALL]]
        if again:
            yield asked_again(case, current, again, at, why=Why.VERSION, version=number)


def _named(case: Case, paper: NewPaper) -> list[str]:
    """The bodies that are asked again wherever they have answered, or `all`."""
    if paper.change == EDITORIAL:
        return []
    if not paper.material_for or ALL in paper.material_for:
        return [ALL]
    known = _asked(case)
    for body in paper.material_for:
        if body not in known:
            what = f"the case asks {body!r} for nothing that could concern a version"
            raise InvalidError(what, f"choose among {', '.join(known) or 'nobody'}, or {ALL}", "material_for")
    return list(dict.fromkeys(paper.material_for))


def _asked(case: Case, *, begun: bool = False) -> list[str]:
    """The bodies whose consent the case asks for, in the route's order; with `begun` only those asked by now."""
    rounds = [r for _, r in _decided_rounds(case) if r.opened_version or not begun]
    return list(dict.fromkeys(body for current in rounds for body in current.asked))


def _bound_rounds(case: Case) -> Iterator[Round]:
    """The newest rounds whose answers are bound to a version; what was sent back is asked anew anyhow."""
    return (current for step, current in _decided_rounds(case) if not is_negative(step, current))


def _decided_rounds(case: Case) -> Iterator[tuple[Step, Round]]:
    """The newest rounds of the steps in which bodies decide, but for those that are not needed."""
    for step, current in case.current_rounds():
        if step.is_decided and current.state != StepState.SKIPPED:
            yield step, current


def _check_paper(paper: NewPaper) -> None:
    if paper.size > MAX_PAPER:
        raise InvalidError(f"the paper is {paper.size} bytes", f"send at most {MAX_PAPER} bytes", "size")
    if paper.change not in CHANGES:
        raise InvalidError(f"{paper.change!r} is no change", f"choose one of {', '.join(CHANGES)}", "change")
    if paper.change == EDITORIAL and paper.material_for:
        what = "an editorial version is material for nobody"
        raise InvalidError(what, "leave material_for out, or say that the version is material", "material_for")
