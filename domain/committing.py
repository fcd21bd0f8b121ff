# SPDX-License-Identifier: EUPL-1.2
"""Group commit: decisions that arrive together are taken in order and committed in one transaction.

One durable commit costs about the same for one event as for a hundred, and the log takes one writer at a time since its
table lock keeps positions in order. So whoever holds the turn takes everybody's decisions along.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError

from domain.case import Case
from domain.errors import BusyError, RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventsourcing.persistence import Recording

_ATTEMPTS = 30
_GROUP = 256
NOWHERE = -1
"""The place in the log of what was only rehearsed."""


@dataclass(frozen=True)
class Decided:
    """The case after a decision, what the decision did, and the version of the event that stands for it."""

    case: Case
    effect: str
    version: int
    also: Case | None = None
    """A further case that the same decision opened; it is committed with the case, or not at all."""


@dataclass
class Decision:
    """One decision to take on the newest state of a case, and what came of it."""

    case_id: UUID
    decide: Callable[[Case | None], Decided]
    """Takes the case as it stands (None when there is none); its new events are left pending."""
    decided: Decided | None = None
    position: int | None = None
    """Where the decision's event stands in the log; None when it was written before this commit."""
    error: Exception | None = None
    done: bool = field(default=False, init=False)


class Committer:
    """Takes decisions from any thread and commits them in groups, each decided on what those before it wrote."""

    def __init__(self, load: Callable[[UUID], Case | None], save: Callable[..., Sequence[Recording[Any]]]) -> None:
        """Use `load` to get the newest state of a case and `save` to commit several at once."""
        self._load = load
        self._save = save
        self._waiting: deque[Decision] = deque()
        self._turn = threading.Lock()

    def commit(self, decision: Decision) -> tuple[Decided, int | None]:
        """What was decided, and its place in the log if it was written now.

        Raises the decision's refusal, `BusyError` after too many lost races, or the database's own error.
        """
        self._waiting.append(decision)
        while not decision.done:
            with self._turn:
                if not decision.done:
                    self._commit_group(self._next_group())
        if decision.decided is None:
            raise decision.error or BusyError
        return decision.decided, decision.position

    def _next_group(self) -> list[Decision]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), _GROUP))]

    def _commit_group(self, group: list[Decision]) -> None:
        try:
            self._decide_and_save(group)
        except (OperationalError, InterfaceError) as error:
            _fail(group, error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, only the decision that caused it may fail
            if len(group) == 1:
                _fail(group, error)
            for decision in group if len(group) > 1 else ():
                self._commit_group([decision])
        finally:
            for decision in group:
                decision.done = True

    def _decide_and_save(self, group: list[Decision]) -> None:
        """Decide and commit; a race lost to another process is decided again, on what the winner wrote."""
        for _ in range(_ATTEMPTS):
            cases = self._decide(group)
            try:
                recordings = self._save(*cases) if cases else ()
            except IntegrityError:
                continue
            _note_positions(group, recordings)
            return
        _fail(group, BusyError())

    def _decide(self, group: list[Decision]) -> list[Case]:
        """Take each decision on its case, loaded once; the cases that changed."""
        cases: dict[UUID, Case | None] = {}
        for decision in group:
            if decision.case_id not in cases:
                cases[decision.case_id] = self._load(decision.case_id)
            before, decision.decided, decision.error = decision.decided, None, None
            try:
                decided = decision.decide(cases[decision.case_id])
            except RefusalError as refusal:
                decision.error = refusal
            else:
                cases[decision.case_id] = decided.case
                if decided.also is not None:
                    cases[decided.also.id] = decided.also
                decision.decided = _as_first_told(before, decided)
        return [case for case in cases.values() if case is not None and case.pending_events]


class Rehearsal(Committer):
    """Takes decisions one after the other and commits none: what would come of them can then be told."""

    def __init__(self, load: Callable[[UUID], Case | None]) -> None:
        """Begin with the newest state of each case, as `load` gives it."""
        super().__init__(load, lambda *_cases: ())
        self._cases: dict[UUID, Case] = {}

    def commit(self, decision: Decision) -> tuple[Decided, int]:
        """What is decided on what was decided before; its place in the log is none. Raises the decision's refusal."""
        case = self._cases.get(decision.case_id) or self._load(decision.case_id)
        decided = decision.decide(case)
        self._cases |= {one.id: one for one in (decided.case, decided.also) if one is not None}
        return decided, NOWHERE

    @property
    def touched(self) -> list[UUID]:
        """The cases that something was decided about, or that were opened, in that order."""
        return list(self._cases)

    def events(self) -> list[Case.Event]:
        """The events that would be written, case by case."""
        pending = (event for case in self._cases.values() for event in case.pending_events)
        return [event for event in pending if isinstance(event, Case.Event)]


def _as_first_told(before: Decided | None, decided: Decided) -> Decided:
    """What was decided, with its own effect where only the acknowledgement of its commit was lost."""
    if before is not None and decided.effect == "repeated" and decided.version == before.version:
        return replace(decided, effect=before.effect)
    return decided


def _note_positions(group: list[Decision], recordings: Sequence[Recording[Any]]) -> None:
    places = {(r.notification.originator_id, r.notification.originator_version): r.notification.id for r in recordings}
    for decision in group:
        if decision.decided is not None:
            decision.position = places.get((decision.case_id, decision.decided.version))


def _fail(group: list[Decision], error: Exception) -> None:
    for decision in group:
        decision.decided, decision.error = None, error
