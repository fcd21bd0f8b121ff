# SPDX-License-Identifier: EUPL-1.2
"""The Temporal worker: runs the workflows of the cases and the activities that write the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from domain.cases import Cases
from domain.meeting_changes import Meetings
from organisations.load import load_organisation
from outgoing.activities import DeliveryActivities
from outgoing.sending import Sender
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from runtime.parts import beating
from runtime.settings import ResolvedSettings, Settings
from runtime.troubles import note_failed_advance
from workers.loop import OUTAGES, BackOff, persevere, stopping, until
from workers.temporal import connect_temporal
from workflows.activities import CaseActivities
from workflows.case_workflow import CaseWorkflow
from workflows.delivery_messages import DELIVERY_QUEUE
from workflows.delivery_workflow import DeliveryWorkflow
from workflows.messages import TASK_QUEUE

CONCURRENT_ACTIVITIES = 8
"""Of each kind, local and regular; every one has a thread."""
STORE_OVERFLOW = 6
"""Connections of the event store beyond its first two: advances commit one after another, only their reads do not."""
CONCURRENT_DELIVERIES = 8
"""Attempts to send at a time; every one has a connection to the database."""
CACHED_WORKFLOWS = 500
# How long a case waits for the worker that knew it, before any other takes it over: a killed one never answers.
STICKY_SECONDS = 1.5
GRACE_SECONDS = 2.5
# A process is to end within five seconds, whatever hangs: first the worker, then the wait for it, then the part.
STOP_SECONDS = 4.5
END_SECONDS = 3.5
LAST_SECONDS = 0.5
HEALTH_SECONDS = 2.0

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, through outages of Temporal and of the database."""
    known = settings.resolved()
    clock = Clock.load(known.data)
    env = eventsourcing_env(known.database_url, pool_size=2, max_overflow=STORE_OVERFLOW)
    organisation = load_organisation(known.organisation)
    diary_env = eventsourcing_env(known.database_url, pool_size=1, max_overflow=0)
    with (
        Meetings(organisation=organisation, clock=clock, env=diary_env) as meetings,
        Cases(organisation=organisation, clock=clock, env=env, calendars=meetings.calendars) as cases,
        stopping() as stop,
    ):
        deliveries = DeliveryActivities(Sender(known, cases))
        activities = CaseActivities(cases, clock, partial(note_failed_advance, known.database_url))
        await until(stop, WorkerPart(known, activities, deliveries).run(stop), STOP_SECONDS)


def case_worker(client: Client, activities: CaseActivities, threads: ThreadPoolExecutor) -> Worker:
    """A worker for every case's workflow and its activities, run in `threads`."""
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[CaseWorkflow],
        activities=[activities.advance],
        activity_executor=threads,
        max_concurrent_activities=CONCURRENT_ACTIVITIES,
        max_concurrent_local_activities=CONCURRENT_ACTIVITIES,
        max_cached_workflows=CACHED_WORKFLOWS,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=STICKY_SECONDS),
        graceful_shutdown_timeout=timedelta(seconds=GRACE_SECONDS),
    )


def delivery_worker(client: Client, activities: DeliveryActivities) -> Worker:
    """A worker for every delivery's workflow and its activities."""
    return Worker(
        client,
        task_queue=DELIVERY_QUEUE,
        workflows=[DeliveryWorkflow],
        activities=[activities.attempt, activities.give_up],
        max_concurrent_activities=CONCURRENT_DELIVERIES,
        max_cached_workflows=CACHED_WORKFLOWS,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=STICKY_SECONDS),
        graceful_shutdown_timeout=timedelta(seconds=GRACE_SECONDS),
    )


def activity_threads() -> ThreadPoolExecutor:
    """The threads for a worker's activities."""
    return ThreadPoolExecutor(2 * CONCURRENT_ACTIVITIES, thread_name_prefix="activity")


class WorkerPart:
    """The worker as a part of the installation: supervised, beating, ready while Temporal answers."""

    def __init__(self, settings: ResolvedSettings, activities: CaseActivities, deliveries: DeliveryActivities) -> None:
        """Work with the Temporal and the database of `settings`."""
        self._settings = settings
        self._activities = activities
        self._deliveries = deliveries
        self._back_off = BackOff()
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what goes wrong is logged and tried again within five seconds."""
        async with beating(self._settings.database_url, "worker", self._status) as beat_now:
            await persevere(stop, lambda: self._work(stop, beat_now), self._back_off, self._failed)
        log.info("worker_stopped")

    def _status(self) -> tuple[bool, Mapping[str, Any]]:
        return self._ready, {"task_queue": TASK_QUEUE}

    async def _work(self, stop: asyncio.Event, beat_now: asyncio.Event) -> None:
        """Serve Temporal on one connection until `stop`; raises when the worker cannot go on."""
        client = await connect_temporal(self._settings)
        threads = activity_threads()
        workers = (case_worker(client, self._activities, threads), delivery_worker(client, self._deliveries))
        serving = [asyncio.create_task(worker.run()) for worker in workers]
        watching = asyncio.create_task(self._watch(client, beat_now))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({*serving, watching, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            stopped.cancel()
            await asyncio.gather(*(_end(*each) for each in zip(workers, serving, strict=True)))
            threads.shutdown(wait=False, cancel_futures=True)

    async def _watch(self, client: Client, beat_now: asyncio.Event) -> None:
        """Note whether Temporal answers, again and again."""
        while True:
            answers = await _answers(client)
            if answers != self._ready:
                self._ready = answers
                log.info("worker_ready" if answers else "worker_lost_temporal")
                beat_now.set()
            if answers:
                self._back_off.reset()
            await asyncio.sleep(HEALTH_SECONDS)

    def _failed(self, error: Exception, pause: float) -> None:
        self._ready = False
        is_outage = isinstance(error, OUTAGES)
        log.warning("worker_failed", error=str(error), retry_in=pause, exc_info=not is_outage)


async def _end(worker: Worker, serving: asyncio.Task[None]) -> None:
    """End a worker gracefully, or else at once; raises what ended it before."""
    ending = asyncio.create_task(worker.shutdown())
    try:
        await asyncio.wait({serving}, timeout=END_SECONDS)
    finally:
        # Shutting down a worker that never came to serve would wait for ever.
        ending.cancel()
        serving.cancel()
    await asyncio.wait({serving}, timeout=LAST_SECONDS)
    if serving.done() and not serving.cancelled():
        serving.result()


async def _answers(client: Client) -> bool:
    with suppress(RPCError, RuntimeError):
        return await client.service_client.check_health(timeout=timedelta(seconds=HEALTH_SECONDS))
    return False
