# SPDX-License-Identifier: EUPL-1.2
"""How long it takes to plan a thousand running cases of some 25 bodies; the second figure is without what is shared."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from random import Random

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
OPENED = 50
"""So many are opened, and each of them planned again and again: planning keeps nothing of a case."""
ALONE = 20
"""So many are planned with calendars and history read anew for each."""
NOW = datetime(2025, 4, 10, 10, tzinfo=UTC)
SECRETARIAT = Actor("bench", "secretariat", "bench")


def running_case(cases: Cases) -> Case:
    """A report that waits for its 19 councils and its submission, with agency and reply to come."""
    opened = cases.open(Command.by(SECRETARIAT), route="cu-afrapportering", title="Bench", deadline=date(2025, 5, 31))
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        cases.advance(opened.case_id)
        reply = Reply("approved", danish_date(NOW))
        cases.answer(opened.case_id, Command.by(Actor(body, "council", "bench")), body, reply, "webhook")
    cases.advance(opened.case_id)
    return cases.get(opened.case_id)


def history_of(organisation: Organisation) -> History:
    """Twenty earlier answers of every body."""
    random, day = Random(1), date(2024, 1, 8)  # noqa: S311 -- nothing secret
    return {
        body: [(day, day + timedelta(days=random.randint(10, 60))) for _ in range(20)] for body in organisation.bodies
    }


def main() -> None:
    """Print the seconds for all cases, and how much the shared reading saves."""
    organisation = load_organisation(ROOT / "organisations" / "midtjylland")
    history, today = history_of(organisation), danish_date(NOW)
    with Cases(organisation=organisation, clock=lambda: NOW) as cases:
        running = [running_case(cases) for _ in range(OPENED)] * (CASES // OPENED)
    asked = sum(len(bodies) for bodies in running[0].asked.values())
    began = time.process_time()
    planner = Planner(organisation.calendars, history, today)
    plans = [planner.plan(matter_of_case(case, today)) for case in running]
    together = time.process_time() - began
    began = time.process_time()
    for case in running[:ALONE]:
        Planner(organisation.calendars, history, today).plan(matter_of_case(case, today))
    alone = (time.process_time() - began) / ALONE * CASES
    assert all(plan.feasible for plan in plans)
    figures = f"{together:.2f} s   each by itself: {alone:.2f} s   ratio {alone / together:.1f}"
    print(f"{CASES} cases x {asked} bodies, of processor time: {figures}")


if __name__ == "__main__":
    main()
