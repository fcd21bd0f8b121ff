# SPDX-License-Identifier: EUPL-1.2
"""The projector: keeps the views at the log's heels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from domain.cases import Cases
from organisations.load import load_organisation
from projections.projector import Projector
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from runtime.settings import Settings
from workers.loop import run_alone


async def run(settings: Settings) -> None:
    """Project until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.with_database()
    organisation = load_organisation(known.organisation)
    env = eventsourcing_env(known.database_url, pool_size=1, max_overflow=1)
    with (
        Cases(organisation=organisation, clock=Clock.load(known.data), env=env) as cases,
        closing(Projector(known.database_url, cases)) as projector,
    ):
        part = ProjectorPart(projector)
        await run_alone("projector", known.database_url, part.turn, part.detail)


class ProjectorPart:
    """The projector's turns, each in a thread because the log is read and folded there."""

    def __init__(self, projector: Projector) -> None:
        """Take turns of `projector`."""
        self._projector = projector

    async def turn(self) -> bool:
        """Take one batch; returns whether there may be more."""
        return await asyncio.to_thread(self._projector.turn)

    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat tells."""
        return {"position": self._projector.position}
