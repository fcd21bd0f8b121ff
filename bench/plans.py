# SPDX-License-Identifier: EUPL-1.2
"""How long it takes to plan a thousand running cases of some 25 bodies; the second figure is without what is shared."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from domain.answering import Reply
from domain.case import Case
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import danish_date
from domain.estimating import History
from domain.matters import matter_of_case
from domain.organisation import Organisation
from domain.planning import Planner
from organisations.load import load_organisation
from runtime.settings import ROOT

CASES = 1_000
ALONE = 20
"""So many are planned with calendars and history read anew for each."""
OPENED_BEFORE = 120
"""How many days ago the first of them was opened."""
NOW = datetime(2025, 4, 10, 10, tzinfo=UTC)
SECRETARIAT = Actor("bench", "secretariat", "bench")
BEFORE_COUNCILS = ("dassos", "kd-net", "kkr-midtjylland")


class Clock:
    """A clock that the bench turns."""

    now = NOW

    def __call__(self) -> datetime:
        """The instant that it shows."""
        return self.now


def running_case(cases: Cases, clock: Clock, random: Random) -> Case:
    """A report opened some day before now and come some way: no two wait for the same since the same day."""
    clock.now = NOW - timedelta(days=random.randint(0, OPENED_BEFORE))
    deadline = danish_date(clock.now) + timedelta(days=random.randint(60, 150))
    opened = cases.open(Command.by(SECRETARIAT), route="cu-afrapportering", title="Bench", deadline=deadline)
    for body in BEFORE_COUNCILS[: random.randint(0, len(BEFORE_COUNCILS))]:
        cases.advance(opened.case_id)
        clock.now = min(NOW, clock.now + timedelta(days=random.randint(2, 30)))
        _answer(cases, opened.case_id, body, "approved", clock)
    cases.advance(opened.case_id)
    councils = cases.get(opened.case_id).current("councils").pending
    for council in random.sample(councils, random.randint(0, max(0, len(councils) - 1))):
        clock.now = min(NOW, clock.now + timedelta(hours=random.randint(1, 72)))
        _answer(cases, opened.case_id, council, "noted", clock)
    return cases.get(opened.case_id)


def _answer(cases: Cases, case: UUID, body: str, outcome: str, clock: Clock) -> None:
    reply = Reply(outcome, danish_date(clock.now))
    cases.answer(case, Command.by(Actor(body, "council", "bench")), body, reply, "webhook")


def history_of(organisation: Organisation) -> History:
    """Twenty earlier answers of every body."""
    random, day = Random(1), date(2024, 1, 8)  # noqa: S311 -- nothing secret
    return {
        body: [(day, day + timedelta(days=random.randint(10, 60))) for _ in range(20)] for body in organisation.bodies
    }


def main() -> None:
    """Print the seconds for all cases, and how much the shared reading saves."""
    organisation = load_organisation(ROOT / "organisations" / "midtjylland")
    history, today, clock, random = history_of(organisation), danish_date(NOW), Clock(), Random(1)  # noqa: S311
    with Cases(organisation=organisation, clock=clock) as cases:
        running = [running_case(cases, clock, random) for _ in range(CASES)]
    asked = sum(len(bodies) for bodies in running[0].asked.values())
    began = time.process_time()
    planner = Planner(organisation.calendars, history, today)
    plans = [planner.plan(matter_of_case(case, today)) for case in running]
    together = time.process_time() - began
    began = time.process_time()
    for case in running[:ALONE]:
        Planner(organisation.calendars, history, today).plan(matter_of_case(case, today))
    alone = (time.process_time() - began) / ALONE * CASES
    standings = ", ".join(f"{count} {standing}" for standing, count in Counter(p.standing for p in plans).items())
    figures = f"{together:.2f} s   each by itself: {alone:.2f} s   ratio {alone / together:.1f}"
    print(f"{CASES} cases x {asked} bodies ({standings}), of processor time: {figures}")


if __name__ == "__main__":
    main()
