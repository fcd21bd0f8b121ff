# SPDX-License-Identifier: EUPL-1.2
"""What the process counts for Prometheus; no metric says anything of a single case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from runtime.parts import PARTS, PartState

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "sagsgang_http_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "sagsgang_http_request_seconds", "Time to answer.", labels, buckets=BUCKETS, registry=self._registry
        )
        self._answers = Counter("sagsgang_answers", "Answers taken.", ("source", "effect"), registry=self._registry)
        self._database = Gauge("sagsgang_database_up", "Whether the database answers.", registry=self._registry)
        self._head = Gauge("sagsgang_log_position", "Place of the newest event.", registry=self._registry)
        self._lag = Gauge("sagsgang_view_lag_events", "Places that the views are behind.", registry=self._registry)
        self._deliveries = Gauge("sagsgang_deliveries", "Deliveries by state.", ("state",), registry=self._registry)
        self._alarmed = Gauge(
            "sagsgang_channels_alarmed", "Channels that nothing gets through.", registry=self._registry
        )
        self._lost = Counter(
            "sagsgang_access_log_lost", "Lines of the access log that could not be kept.", registry=self._registry
        )
        self._parts = Gauge("sagsgang_part_ready", "Whether a part is ready.", ("part",), registry=self._registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request of a route (its template, not its path)."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def count_answer(self, source: str, effect: str) -> None:
        """Count one answer of a body by how it came and what it did."""
        self._answers.labels(source, effect).inc()

    def count_lost_accesses(self, lines: int) -> None:
        """Count lines of the access log that could not be kept."""
        self._lost.inc(lines)

    def set_places(self, head: int, view: int, parts: Sequence[PartState]) -> None:
        """Say how far log and views are, and which parts are ready."""
        self._database.set(1)
        self._head.set(head)
        self._lag.set(max(0, head - view))
        ready = {state.part for state in parts if state.ready}
        for part in PARTS:
            self._parts.labels(part).set(part in ready)

    def set_deliveries(self, states: Mapping[str, int], alarmed: int) -> None:
        """Say how many deliveries are in which state, and how many channels need somebody's eye."""
        for state, count in states.items():
            self._deliveries.labels(state).set(count)
        self._alarmed.set(alarmed)

    def set_database_gone(self) -> None:
        """Say that the database does not answer; the places stay as they were last seen."""
        self._database.set(0)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)
