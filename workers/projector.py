# SPDX-License-Identifier: EUPL-1.2
"""The projector: keeps the views at the log's heels, and the forecasts at the views'."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from domain.cases import Cases
from organisations.load import load_organisation
from projections.forecasting import Forecaster
from projections.projector import Projector
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from runtime.settings import Settings
from workers.loop import LOG_CHANNEL, MEETINGS_CHANNEL, run_alone

CHANNELS = (LOG_CHANNEL, MEETINGS_CHANNEL)


async def run(settings: Settings) -> None:
    """Project until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.with_database()
    organisation = load_organisation(known.organisation)
    env = eventsourcing_env(known.database_url, pool_size=1, max_overflow=1)
    with (
        Cases(organisation=organisation, clock=Clock.load(known.data), env=env) as cases,
        closing(Projector(known.database_url, cases)) as projector,
        closing(Forecaster(known.database_url, cases, remembered=projector.remembered)) as forecaster,
    ):
        part = ProjectorPart(projector, forecaster)
        await run_alone("projector", known.database_url, part.turn, part.detail, CHANNELS)


class ProjectorPart:
    """The projector's turns, each in a thread because the log is read and folded there."""

    def __init__(self, projector: Projector, forecaster: Forecaster) -> None:
        """Take turns of `projector`, and of `forecaster` when there is nothing to fold."""
        self._projector, self._forecaster = projector, forecaster

    async def turn(self) -> bool:
        """Take one batch; returns whether there may be more."""
        return await asyncio.to_thread(self._turn)

    def _turn(self) -> bool:
        return self._projector.turn() or self._forecaster.turn()

    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat tells."""
        stopped = self._projector.stopped_before
        told = {"stopped_before": {"position": stopped[0], "case": str(stopped[1])}} if stopped else {}
        return {"position": self._projector.position, **told}
