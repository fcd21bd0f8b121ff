# SPDX-License-Identifier: EUPL-1.2
"""A rehearsal tells what a command would bring about, and leaves no trace."""

from __future__ import annotations

import gc

import pytest

from domain.commands import Command
from domain.errors import ConflictError
from tests.domain.desk import SECRETARIAT, Desk


@pytest.fixture
def desk() -> Desk:
    """A report whose councils are asked."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk.answers(body, "approved")
    return desk


def test_a_rehearsal_writes_nothing_and_foretells_everything(desk: Desk) -> None:
    """The events that then come are the ones that were told, the process's own included."""
    command, before = Command.by(SECRETARIAT), list(desk.cases.history(desk.id))
    told = desk.cases.rehearse(desk.id, lambda cases: cases.submit(desk.id, command))

    assert list(desk.cases.history(desk.id)) == before
    desk.cases.submit(desk.id, command)
    desk.advance()
    assert list(desk.cases.history(desk.id))[len(before) :] == told
    assert len(told) > 1


def test_a_rehearsal_is_refused_as_the_command_is(desk: Desk) -> None:
    """For the same reason."""
    with pytest.raises(ConflictError, match="not suspended"):
        desk.cases.rehearse(desk.id, lambda cases: cases.resume(desk.id, Command.by(SECRETARIAT)))


def test_the_cases_live_on_after_a_rehearsal(desk: Desk) -> None:
    """Their connections are not the rehearsal's to close."""
    desk.cases.rehearse(desk.id, lambda cases: cases.suspend(desk.id, Command.by(SECRETARIAT), "x"))
    gc.collect()

    assert not desk.cases.closing.is_set()
    desk.commands("suspend", "Afventer")
