# SPDX-License-Identifier: EUPL-1.2
"""Moving a running case to another version of its route: whom it then asks, and everything that stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from domain.case import Case, StepState
from domain.errors import ConflictError, InvalidError, RefusalError, SeveralConflictsError

if TYPE_CHECKING:
    from domain.case import Round
    from domain.organisation import Organisation
    from domain.route import Route, Step

WhomStepAsks = Callable[["Step"], list[str]]
"""Gives the bodies that a step asks in a case that opens today."""

_WAIT = "let the case end along its version, or mend the new one"


def newer_version(organisation: Organisation, route: Route, version: int) -> Route:
    """A newer version of a route; raises `InvalidError` where there is none such, `ConflictError` where it is older."""
    versions = organisation.versions_of(route.id)
    if version not in versions:
        what = f"the route {route.id!r} has no version {version}"
        raise InvalidError(what, f"choose one of {', '.join(map(str, versions)) or 'none'}", "to_version")
    if version <= route.version:
        what = f"the case follows version {route.version} already"
        raise ConflictError(what, "a case moves only to a newer version", "to_version")
    return versions[version]


def migration_facts(
    case: Case, route: Route, ask_today: WhomStepAsks, faults: Iterable[RefusalError]
) -> dict[str, Any]:
    """What the event of the migration says: of each step whom it asks, as before where it has begun or asks as before.

    Raises `SeveralConflictsError` with every reason for which it cannot be; `faults` are reasons found elsewhere.
    """
    _check_migration(case, route, ask_today, faults)
    asked = {
        step.id: list(case.asked[step.id]) if _keeps_bodies(case, step) else ask_today(step) for step in route.steps
    }
    return {"route": route.text, "version": route.version, "asked": asked}


def _check_migration(case: Case, route: Route, ask_today: WhomStepAsks, faults: Iterable[RefusalError]) -> None:
    reasons = [
        *faults,
        *(reason for step in case.route.steps if _has_begun(case, step.id) for reason in _lost(case, step, route)),
        *_lost_words(case, route, ask_today),
        *_misses_earlier(case, route),
    ]
    if reasons:
        raise SeveralConflictsError(f"the case cannot move to version {route.version}", tuple(reasons))


def _has_begun(case: Case, step_id: str) -> bool:
    return any(r.opened_at is not None or r.state == StepState.COMPLETED for r in case.rounds.get(step_id, ()))


def _is_over(case: Case, step_id: str) -> bool:
    return _has_begun(case, step_id) or any(r.state == StepState.SKIPPED for r in case.rounds.get(step_id, ()))


def _keeps_bodies(case: Case, step: Step) -> bool:
    """Whether a step asks whom it asked: it is over, has begun, or says the same about whom."""
    if step.id not in case.rounds:
        return False
    return _is_over(case, step.id) or _asks_same(case.route.step(step.id), step)


def _asks_same(old: Step, new: Step) -> bool:
    return (old.bodies, old.group, old.asks_concerned) == (new.bodies, new.group, new.asks_concerned)


def _lost(case: Case, old: Step, route: Route) -> Iterator[ConflictError]:
    """What a step that has begun would lose."""
    new = next((step for step in route.steps if step.id == old.id), None)
    if new is None:
        yield _reason(old, "has begun, and the new version has no such step")
        return
    if new.asks != old.asks:
        yield _reason(old, f"has begun with {_listed(old.asks)}, and the new version asks {_listed(new.asks)}")
    if new.opened_by != old.opened_by:
        yield _reason(old, "has begun, and the new version opens it otherwise")
    yield from _lost_meanings(case, old, new)
    result = case.current(old.id).result
    if result in new.ends_on and result not in old.ends_on:
        yield _reason(old, f"has ended with {result!r}, with which the new version ends the case")


def _lost_meanings(case: Case, old: Step, new: Step) -> Iterator[ConflictError]:
    said = (word for r in case.rounds[old.id] for a in r.answers.values() for word in a.words.items())
    for ask, outcome in dict.fromkeys(said):
        before, after = (step.outcomes_by_ask.get(ask, {}).get(outcome) for step in (old, new))
        if after is None or (before is not None and before.meaning != after.meaning):
            yield _reason(old, f"has the answer {outcome!r}, which the new version takes otherwise")


def _lost_words(case: Case, route: Route, ask_today: WhomStepAsks) -> Iterator[ConflictError]:
    """Bodies that were asked, or have said something early, and that the new version does not ask."""
    asked = {step.id: step for step in route.steps}
    for old in case.route.steps:
        heard = [r for r in case.rounds[old.id] if _has_begun(case, old.id) or _said(r)]
        new = asked.get(old.id)
        if new is None:
            if heard and not _has_begun(case, old.id):
                yield _reason(old, "has early answers, and the new version has no such step")
            continue
        if new.asks != old.asks and heard and not _has_begun(case, old.id):
            yield _reason(
                old, f"has early answers to {_listed(old.asks)}, and the new version asks {_listed(new.asks)}"
            )
        wanted = _asked_or_said(case, old, heard)
        gone = [] if _asks_same(old, new) else [body for body in wanted if body not in ask_today(new)]
        if gone:
            yield _reason(old, f"has asked or heard {', '.join(gone)}, whom the new version does not ask")


def _listed(asks: Iterable[str]) -> str:
    return ", ".join(repr(ask) for ask in asks)


def _said(current: Round) -> list[str]:
    return [answer.body for answer in current.answers.values() if answer.messages]


def _asked_or_said(case: Case, old: Step, heard: list[Round]) -> list[str]:
    has_begun = _has_begun(case, old.id)
    bodies = [body for current in heard for body in (current.asked if has_begun else _said(current))]
    return list(dict.fromkeys(bodies))


def _misses_earlier(case: Case, route: Route) -> Iterator[ConflictError]:
    """Steps that the new version has before one that has begun, and that the case has not gone through."""
    begun = [step.id for step in route.steps if _has_begun(case, step.id)]
    for step in route.steps:
        later = [b for b in begun if step.id in route.before(b) and step.id not in case.route.before(b)]
        is_free = step.is_on_demand or not step.is_needed(case.attributes) or _is_over(case, step.id)
        if later and not is_free:
            yield _reason(step, f"would have come before {later[0]!r}, which has begun")


def _reason(step: Step, what: str) -> ConflictError:
    return ConflictError(f"the step {step.id!r} {what}", _WAIT, f"steps[{step.id}]")
