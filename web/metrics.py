# SPDX-License-Identifier: EUPL-1.2
"""What the process counts for Prometheus; no metric says anything of a single case."""

from __future__ import annotations

import math

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

from projections.documents import Document
from runtime.parts import PARTS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = CollectorRegistry()
        """All of them."""
        labels = ("method", "route")
        self._requests = Counter(
            "sagsgang_http_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "sagsgang_http_request_seconds", "Time to answer.", labels, buckets=BUCKETS, registry=self.registry
        )
        self._answers = Counter("sagsgang_answers", "Answers taken.", ("source", "effect"), registry=self.registry)
        self._database = Gauge("sagsgang_database_up", "Whether the database answers.", registry=self.registry)
        self._head = self._gauge("sagsgang_log_position", "Place of the newest event.")
        self._lag = self._gauge("sagsgang_view_lag_events", "Places that the views are behind.")
        self._behind = self._gauge("sagsgang_reader_lag_events", "Places that a reader of the log is behind.", "reader")
        self._age = self._gauge(
            "sagsgang_reader_lag_seconds", "Age of the oldest event not taken, 0 for none.", "reader"
        )
        self._lost = Counter(
            "sagsgang_access_log_lost", "Lines of the access log that could not be kept.", registry=self.registry
        )
        self._parts = self._gauge("sagsgang_part_ready", "Whether a part is ready.", "part")
        self._beats = self._gauge("sagsgang_part_heartbeat_seconds", "Age of a part's newest heartbeat.", "part")
        self._troubles = self._gauge("sagsgang_cases_in_trouble", "Cases that do not move, by kind.", "kind")
        self._temporal = self._gauge("sagsgang_temporal_up", "Whether Temporal answers the relay; NaN without a relay.")
        self._pollers = self._gauge("sagsgang_task_queue_pollers", "Workers that ask a queue for work.", "queue")
        self._deliveries = self._gauge("sagsgang_deliveries", "Deliveries by state.", "state")
        self._alarmed = self._gauge("sagsgang_channels_alarmed", "Channels that nothing gets through.")
        self._versions = Info("sagsgang_versions", "Versions of what runs.", registry=self.registry)

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

    def set_installation(self, found: Document) -> None:
        """Say how the installation is doing, by what `read_installation` gives."""
        self._database.set(1)
        self._head.set(found["position"])
        for reader in found["readers"]:
            self._behind.labels(reader["reader"]).set(reader["behind"])
            self._age.labels(reader["reader"]).set(reader["seconds_behind"])
            if reader["reader"] == "projector":
                self._lag.set(reader["behind"])
        for part in PARTS:
            self._parts.labels(part).set(part not in found["missing_parts"])
            ages = [beat["seconds_since_beat"] for beat in found["parts"] if beat["part"] == part]
            self._beats.labels(part).set(min(ages, default=math.inf))
        answers = found["temporal"]["answers"]
        self._temporal.set(math.nan if answers is None else answers)
        self._alarmed.set(found["channels_alarmed"])
        for gauge, counts in (
            (self._troubles, found["troubles_by_kind"]),
            (self._pollers, found["temporal"]["pollers"]),
            (self._deliveries, found["deliveries"]),
        ):
            for label, count in counts.items():
                gauge.labels(label).set(count)
        self._versions.info({name: str(value) for name, value in found["versions"].items()})

    def set_database_gone(self) -> None:
        """Say that the database does not answer; the places stay as they were last seen."""
        self._database.set(0)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
