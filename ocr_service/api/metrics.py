"""Figures for Prometheus: requests, and how many documents stand where. No content, no names."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ocr_service.states import DocumentState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Metrics:
    """Metrics of one process, in a registry of its own (several apps fit into one test run)."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ocr_http_requests",
            "Requests by method, route and status",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ocr_http_request_seconds",
            "Time to answer by method and route",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._documents = Gauge(
            "ocr_documents", "Documents by state", ("state",), registry=self._registry
        )
        self._pending = Gauge(
            "ocr_exports_pending", "Confirmed documents not exported yet", registry=self._registry
        )
        self._oldest = Gauge(
            "ocr_oldest_unread_seconds",
            "Age of the oldest document that waits to be read",
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)

    def render(
        self, states: Mapping[DocumentState, int], pending: int, oldest_seconds: float
    ) -> bytes:
        """Text of all metrics with the present state of the documents."""
        for state in DocumentState:
            self._documents.labels(state.value).set(states.get(state, 0))
        self._pending.set(pending)
        self._oldest.set(oldest_seconds)
        return bytes(generate_latest(self._registry))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
