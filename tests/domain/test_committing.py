# SPDX-License-Identifier: EUPL-1.2
"""Decisions that arrive together are committed together, and none spoils another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from domain.answering import Reply
from domain.cases import Cases, Taken
from domain.commands import Actor, Command
from domain.errors import AlreadyAnsweredError, BusyError
from tests.domain.desk import SECRETARIAT, Desk

Save = Callable[..., Any]


@pytest.fixture
def councils(desk: Desk) -> Desk:
    """A case that waits for its 19 councils."""
    desk.open()
    desk.until("councils")
    return desk


def note(cases: Cases, desk: Desk, body: str, remark: str | None = None) -> Taken:
    """A council notes the case."""
    reply = Reply("noted", desk.now.date(), remark=remark)
    return cases.answer(desk.id, Command.by(Actor(body, "council", "test")), body, reply, "webhook")


def all_at_once(desk: Desk, save: Save) -> list[Taken | BaseException]:
    """Every council answers while the first's commit is held; the results in the councils' order."""
    bodies = desk.case.asked["councils"]
    first_is_committing, everybody_waits = threading.Event(), threading.Event()
    original = desk.cases._committer._save

    def held(*cases: Any) -> Any:
        first_is_committing.set()
        assert everybody_waits.wait(10)
        return save(original, *cases)

    desk.cases._committer._save = held
    with ThreadPoolExecutor(len(bodies)) as pool:
        futures = [pool.submit(note, desk.cases, desk, bodies[0])]
        assert first_is_committing.wait(10)
        futures += [pool.submit(note, desk.cases, desk, body) for body in bodies[1:]]
        while len(desk.cases._committer._waiting) < len(bodies) - 1:
            threading.Event().wait(0.001)
        everybody_waits.set()
        return [future.exception() or future.result() for future in futures]


def test_answers_that_arrive_together_share_a_commit(councils: Desk) -> None:
    """Eighteen answers that came while the first was committed go into the log in one transaction."""
    commits: list[int] = []

    def counting(save: Save, *cases: Any) -> Any:
        recordings = save(*cases)
        commits.append(len(recordings))
        return recordings

    taken = all_at_once(councils, counting)

    assert commits == [1, 18]
    assert {t.effect for t in taken if isinstance(t, Taken)} == {"counted"}
    assert len({t.position for t in taken if isinstance(t, Taken)}) == 19


def test_one_decision_that_cannot_be_stored_fails_alone(councils: Desk) -> None:
    """The others of its group are committed."""

    def choosy(save: Save, *cases: Any) -> Any:
        if any(event.body == "skive" for case in cases for event in case.pending_events):
            raise TypeError
        return save(*cases)

    taken = all_at_once(councils, choosy)

    assert [type(t) for t in taken].count(TypeError) == 1
    assert [type(t) for t in taken].count(Taken) == 18
    assert "skive" in councils.case.waiting_for()


def test_a_refusal_fails_alone(councils: Desk) -> None:
    """A council that has answered is refused while its neighbours are taken."""
    note(councils.cases, councils, "skive")

    taken = all_at_once(councils, lambda save, *cases: save(*cases))

    assert [type(t) for t in taken].count(AlreadyAnsweredError) == 1
    assert [type(t) for t in taken].count(Taken) == 18


def test_a_lost_race_is_decided_again(councils: Desk) -> None:
    """The caller does not hear of it."""
    original, races = councils.cases._committer._save, iter([IntegrityError(), IntegrityError()])

    def racing(*cases: Any) -> Any:
        for error in races:
            raise error
        return original(*cases)

    councils.cases._committer._save = racing

    assert note(councils.cases, councils, "skive").effect == "counted"


def test_a_lost_acknowledgement_is_told_as_what_it_was(councils: Desk) -> None:
    """The commit succeeded, its answer was lost, and the library's retry met its own events."""
    original = councils.cases._committer._save
    lost = iter([True])

    def losing(*cases: Any) -> Any:
        recordings = original(*cases)
        if next(lost, False):
            raise IntegrityError
        return recordings

    councils.cases._committer._save = losing

    taken = note(councils.cases, councils, "skive")

    assert (taken.effect, taken.version) == ("counted", councils.case.version)
    assert councils.topics().count("case.answer_recorded") == 4


def test_losing_for_ever_is_told_as_busy(councils: Desk) -> None:
    """After thirty races the caller may try again later; nothing was written."""

    def losing(*_: Any) -> Any:
        raise IntegrityError

    councils.cases._committer._save = losing

    with pytest.raises(BusyError):
        note(councils.cases, councils, "skive")


def test_a_database_that_is_gone_is_told_to_everybody(councils: Desk) -> None:
    """No second attempt for each of the group: they would all wait for the same time-out."""

    def gone(_save: Save, *_: Any) -> Any:
        raise OperationalError

    taken = all_at_once(councils, gone)

    assert {type(t) for t in taken} == {OperationalError}


def test_the_same_command_twice_in_a_group_writes_one_event(desk: Desk) -> None:
    """Opening under one id from two callers at once opens one case, and both hear of the same."""
    desk.open()
    command = Command.by(SECRETARIAT, "key:1")
    barrier = threading.Barrier(2)

    def open_it(_: int) -> Taken:
        barrier.wait()
        facts = {"route": "cu-afrapportering", "title": "CU", "deadline": date(2025, 5, 31)}
        return desk.cases.open(command, case_id=desk.id.__class__(int=7), **facts)  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(open_it, range(2)))

    assert sorted(t.effect for t in taken) == ["counted", "repeated"]
    assert len({t.position for t in taken}) == 1
