# SPDX-License-Identifier: EUPL-1.2
"""Random commands and answers, valid and not, in random order: what must hold in every case."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.asks import ASKS
from domain.case import Case, Status
from domain.errors import RefusalError
from tests.domain.desk import Desk

BODIES = [
    "dassos",
    "kd-net",
    "kkr-midtjylland",
    "lemvig",
    "skive",
    "samsoe",
    "social-og-boligstyrelsen",
    "takstgruppen",
]
OUTCOMES = sorted({outcome for ask in ASKS.values() for outcome in ask.outcomes})


class RandomCase(RuleBasedStateMachine):
    """A CU case in the hands of bodies and a secretariat that do anything at any time."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        super().__init__()
        self.desk = Desk()
        self.taken: list[tuple[str, str]] = []
        self.ended: tuple[Status, str | None] | None = None

    @initialize(reached=st.sampled_from(["dassos", "councils", "agency"]))
    def opened(self, reached: str) -> None:
        """The case is opened, and has perhaps come some way."""
        self.desk.open()
        self.desk.until(reached)

    @rule(
        body=st.sampled_from(BODIES),
        outcome=st.sampled_from(OUTCOMES),
        number=st.integers(1, 9),
        age=st.integers(-1, 9),
    )
    def answers(self, body: str, outcome: str, number: int, age: int) -> None:
        """A body answers, perhaps with an id that it used before, perhaps dated tomorrow."""
        day = self.desk.now.date() - timedelta(days=age)
        self._try(
            body, number, lambda: self.desk.answers(body, outcome, f"m{number}", decided_on=day, due=date(2025, 9, 5))
        )

    @rule(data=st.data(), number=st.integers(10, 99))
    def an_awaited_body_consents(self, data: st.DataObject, number: int) -> None:
        """Somebody who is waited for says the plain yes, so that cases come far along their route."""
        open_rounds = [r for r in self._case().open_rounds() if r.pending]
        if not open_rounds:
            return
        current = data.draw(st.sampled_from(open_rounds))
        body, ask = data.draw(st.sampled_from(current.pending)), ASKS[self._case().route.step(current.step).ask]
        send = self.desk.answers
        self._try(body, number, lambda: send(body, ask.plain_consent, f"m{number}", step=current.step))

    @rule(body=st.sampled_from(BODIES), number=st.integers(1, 9))
    def is_delayed(self, body: str, number: int) -> None:
        """A body says that it is delayed."""
        self._try(body, number, lambda: self.desk.delays(body, f"m{number}"))

    @rule(
        body=st.sampled_from(BODIES),
        outcome=st.sampled_from(OUTCOMES),
        wrong=st.integers(1, 9),
        number=st.integers(1, 9),
    )
    def corrects(self, body: str, outcome: str, wrong: int, number: int) -> None:
        """A body corrects what it may or may not have sent."""
        due = date(2025, 9, 5)
        self._try(
            body, number, lambda: self.desk.corrects(body, f"m{wrong}", outcome, message_id=f"m{number}", due=due)
        )

    @rule(name=st.sampled_from(["submit", "resubmit", "resume"]))
    def steers(self, name: str) -> None:
        """The secretariat gives a command."""
        self._attempt(lambda: self.desk.commands(name))

    @rule()
    def replies(self) -> None:
        """The secretariat answers the agency."""
        self._attempt(lambda: self.desk.commands("submit", step="reply"))

    @precondition(lambda self: self.desk.now.day % 3 == 0)
    @rule()
    def suspends(self) -> None:
        """The secretariat stops the clocks."""
        self._attempt(lambda: self.desk.commands("suspend", "afventer"))

    @precondition(lambda self: self.ended is None)
    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        """The calendar moves on."""
        self.desk.let_pass((self.desk.now.date() + timedelta(days=days)).isoformat())

    @invariant()
    def no_answer_vanishes(self) -> None:
        """Every message that was taken is found with its body."""
        known = {
            (answer.body, message)
            for rounds in self._case().rounds.values()
            for past in rounds
            for answer in past.answers.values()
            for message in answer.messages
        }
        assert set(self.taken) <= known

    @invariant()
    def an_open_case_says_what_it_waits_for(self) -> None:
        """A running case waits for somebody, or it would stand still for ever."""
        case = self._case()
        assert case.status != Status.RUNNING or case.waiting_for()

    @invariant()
    def a_closed_case_keeps_its_result(self) -> None:
        """Whatever arrives later."""
        case = self._case()
        if self.ended is not None:
            assert (case.status, case.result) == self.ended
        elif not case.is_open:
            self.ended = (case.status, case.result)

    @invariant()
    def advancing_again_changes_nothing(self) -> None:
        """What is due has been taken."""
        before = self._case().version
        assert self.desk.advance().version == before

    @invariant()
    def the_events_make_the_case(self) -> None:
        """Folding the history gives the state that commands decide on."""
        folded: Case | None = None
        for fact in self.desk.cases.history(self.desk.id):
            folded = fact.mutate(folded)
        assert folded == self._case()

    def _case(self) -> Case:
        return self.desk.case

    def _try(self, body: str, number: int, send: object) -> None:
        effect = self._attempt(send)
        event(f"effect {effect}")
        event(f"status {self._case().status}")
        if effect is not None and effect != "repeated":
            self.taken.append((body, f"m{number}"))

    def _attempt(self, command: object) -> object:
        """The command's result, or None where it was refused: then nothing may have been written."""
        before = self._case().version
        try:
            return command()  # type: ignore[operator]
        except RefusalError:
            assert self._case().version == before
            return None


TestRandomCase = RandomCase.TestCase
TestRandomCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
