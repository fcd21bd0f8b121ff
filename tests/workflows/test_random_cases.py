# SPDX-License-Identifier: EUPL-1.2
"""Random routes under random commands on Temporal's time-skipping server: process, log and views never disagree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.answering import Reply
from domain.asks import OBJECTED, OUTCOMES
from domain.case import Case
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import danish_date
from domain.errors import RefusalError
from domain.following import what_follows
from projections.documents import case_document
from projections.projector import LIVE, Projector, create_tables
from runtime.database import connect
from tests.domain.desk import midtjylland_with
from tests.domain.random_routes import ATTRIBUTES, routes
from tests.fixtures.servers import Database
from tests.workflows.stage import BINARIES, SECRETARIAT, ServerClock, SkippingStage, count, working
from workflows.messages import STATUS, WAITING_FOR

EXAMPLES = 20
# An example plays for about a second: a failing one is shown as it was found, not searched for a smaller one.
PHASES = (Phase.generate,)
STRANGERS = ("takstgruppen", "skive")
COMPLETED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
KINDS = ("consents", "consents", "answers", "answers", "delays", "corrects", "steers", "waits", "waits")
STEERING = ("resubmit", "suspend", "resume", "submit", "extend", "waive_condition")

Move = tuple[str, int, str, int]
"""What is done, by whom (an index), with which outcome, and for how many days."""

moves = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 40),
        st.sampled_from(sorted({*OUTCOMES, OBJECTED.id})),
        st.integers(0, 40),
    ),
    min_size=4,
    max_size=12,
)


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """Give one server that skips time, for all examples."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"), data_converter=pydantic_data_converter
    ) as env:
        yield env


@pytest.mark.timeout(300)
@given(text=routes(), script=moves)
@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
async def test_process_log_and_views_agree(
    server: WorkflowEnvironment, database: Database, text: str, script: list[Move]
) -> None:
    """After each command and each stretch of time the process has done all that follows, and shows just that."""
    async with _playing(server, database, text) as play:
        await play.check()
        for move in script:
            await play.make(move)
            await play.check()
        await play.check_views()
        await play.end()


class _Play:
    """One case on the stage, in the hands of bodies and a secretariat that do anything."""

    def __init__(self, stage: SkippingStage, projector: Projector, url: str) -> None:
        self.stage, self.projector, self.url = stage, projector, url
        self.sent: list[tuple[str, str]] = []

    async def open(self) -> None:
        """Open the case with what these routes may need."""
        deadline = danish_date(await self.stage.env.get_current_time()) + timedelta(days=60)
        taken = await self.stage.open("own", deadline=deadline, attributes=ATTRIBUTES)
        self.id = taken.case_id
        await self.stage.settle()

    @property
    def case(self) -> Case:
        """The case as the log has it."""
        return self.stage.cases.get(self.id)

    async def make(self, move: Move) -> None:
        """Make a move; a refused one must leave nothing behind."""
        kind, index, outcome, days = move
        if kind == "waits":
            await self.stage.env.sleep(timedelta(days=days))
            return
        before = self.case.version
        try:
            await self.stage.do(self._command(kind, index, outcome, days))
            event(f"{kind} taken")
        except RefusalError:
            assert self.case.version == before
        await self.stage.settle()

    def _command(self, kind: str, index: int, outcome: str, days: int) -> Callable[[], Any]:
        cases, case = self.stage.cases, self.case
        now = cases.clock
        if kind == "steers":
            return self._steering(STEERING[index % len(STEERING)], days)
        asked = sorted({body for rounds in case.rounds.values() for body in rounds[-1].answers}) + list(STRANGERS)
        body, step, ask = asked[index % len(asked)], None, None
        pending = [(r.step, b) for r in case.open_rounds() for b in r.pending]
        if kind in {"consents", "answers"} and pending and index % 4:
            step, body = pending[index % len(pending)]
            asks, settled = case.route.step(step), case.current(step).answers[body].settled
            ask = next(ask for ask in asks.asks if ask not in settled)
            allowed = list(asks.outcomes_by_ask[ask])
            outcome = allowed[0 if kind == "consents" else days % len(allowed)]
        wrong = None
        if kind == "corrects" and self.sent:
            body, wrong = self.sent[index % len(self.sent)]
        message_id = f"m{len(self.sent)}"
        self.sent.append((body, message_id))
        command = Command.by(Actor(body, "council", "test"), f"webhook:{body}:{message_id}")

        def act() -> Any:
            today = danish_date(now())
            due = today + timedelta(days=30) if outcome == "questions_asked" else None
            reply = Reply(outcome, decided_on=today, step=step, ask=ask, due=due, message_id=message_id, corrects=wrong)
            if kind == "delays":
                return cases.delay(self.id, command, body, Reply(message_id=message_id), "webhook")
            return (cases.correct if wrong else cases.answer)(self.id, command, body, reply, "webhook")

        return act

    def _steering(self, name: str, days: int) -> Callable[[], Any]:
        cases, command = self.stage.cases, Command.by(SECRETARIAT)
        values: tuple[Any, ...] = {
            "suspend": ("afventer",),
            "waive_condition": (days % 3 + 1, "bortfaldet"),
            "extend": (danish_date(self.case.modified_on) + timedelta(days=days), "udsat"),
        }.get(name, ())
        return lambda: getattr(cases, name)(self.id, command, *values)

    async def check(self) -> None:
        """The process has left nothing undone that follows from the facts, and Temporal shows how the case stands."""
        case = self.case
        now = await self.stage.env.get_current_time()
        assert what_follows(case, now, self.stage.cases.calendars()) is None
        shown = await self.stage.shown(self.id)
        assert (shown[STATUS.name], shown.get(WAITING_FOR.name) or []) == (case.status, case.waiting_for())
        assert count(await self.stage.history(self.id), COMPLETED) == (not case.is_open)

    async def check_views(self) -> None:
        """What was folded batch by batch into PostgreSQL is the case that commands decide on."""
        await asyncio.to_thread(self._project)
        case, events = self.case, list(self.stage.cases.history(self.id))
        with connect(self.url) as connection:
            [(document, position)] = connection.execute(
                "SELECT document, position FROM views.cases WHERE id = %s", (self.id,)
            ).fetchall()
            timeline = connection.execute("SELECT entry FROM views.timeline WHERE case_id = %s", (self.id,)).fetchall()
            inbox = connection.execute("SELECT body, step FROM views.inbox WHERE case_id = %s", (self.id,)).fetchall()
        assert document == case_document(case, position, self.stage.cases.working_days)
        assert len(timeline) == len(events)
        pending = [(body, r.step) for r in case.open_rounds() for body in r.pending] if case.is_open else []
        assert sorted(inbox) == sorted(pending)

    def _project(self) -> None:
        while self.projector.turn():
            pass

    async def end(self) -> None:
        """Leave no case behind whose timers the server would skip to."""
        if self.case.is_open:
            await self.stage.do(lambda: self.stage.cases.withdraw(self.id, Command.by(SECRETARIAT), "slut"))
        await self.stage.handle(self.id).result()


@asynccontextmanager
async def _playing(server: WorkflowEnvironment, database: Database, text: str) -> AsyncIterator[_Play]:
    """Give a case just opened along a route, and a worker and a projector at work on it.

    The log is in memory: after an activity of some length the server was seen to skip no more time.
    """
    clock = ServerClock(server)
    organisation = midtjylland_with(text)
    with connect(database.service_url) as connection:
        create_tables(connection, LIVE)
    with Cases(organisation=organisation, clock=clock) as cases:
        projector = Projector(database.service_url, cases)
        stage = SkippingStage(server, cases)
        async with working(server.client, cases, clock):
            play = _Play(stage, projector, database.service_url)
            await play.open()
            yield play
        projector.close()
