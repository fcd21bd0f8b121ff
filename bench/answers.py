# SPDX-License-Identifier: EUPL-1.2
"""Answers a second, one caller at a time against many callers at once, on a durable PostgreSQL; a ratio of one run."""

from __future__ import annotations

import itertools
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from domain.answering import Reply
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import danish_date
from organisations.load import load_organisation
from runtime.database import SERVICE_ROLE, eventsourcing_env
from runtime.settings import ROOT
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

CASES = 40
CALLERS = 64
SECRETARIAT = Actor("bench", "secretariat", "bench")


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def asked_cases(cases: Cases) -> list[UUID]:
    """Cases that wait for their 19 councils."""
    found = []
    for _ in range(CASES):
        case_id = cases.open(Command.by(SECRETARIAT), route="cu-afrapportering", title="Bench").case_id
        for body in ("dassos", "kd-net", "kkr-midtjylland"):
            cases.advance(case_id)
            answer(cases, case_id, body, "approved")
        cases.advance(case_id)
        found.append(case_id)
    return found


def answer(cases: Cases, case_id: UUID, body: str, outcome: str = "noted") -> None:
    """One body's answer."""
    reply = Reply(outcome, danish_date(now()))
    cases.answer(case_id, Command.by(Actor(body, "council", "bench")), body, reply, "webhook")


def rate(cases: Cases, callers: int) -> float:
    """Answers a second, with so many callers at once."""
    ids = asked_cases(cases)
    councils = cases.get(ids[0]).asked["councils"]
    work = list(itertools.product(ids, councils))
    began = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda each: answer(cases, *each), work))
    return len(work) / (time.perf_counter() - began)


def main() -> None:
    """Measure both in turn, three times, and print the medians and their ratio."""
    organisation = load_organisation(ROOT / "organisations" / "midtjylland")
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)).running() as server:
        migrate(server.database_url(OWNER))
        env = eventsourcing_env(server.database_url(SERVICE_ROLE))
        cases = Cases(organisation=organisation, clock=now, env=env)
        alone, together = zip(*((rate(cases, 1), rate(cases, CALLERS)) for _ in range(3)), strict=True)
        cases.close()
    one, many = sorted(alone)[1], sorted(together)[1]
    print(f"one caller: {one:.0f}/s   {CALLERS} callers: {many:.0f}/s   ratio {many / one:.1f}")


if __name__ == "__main__":
    main()
