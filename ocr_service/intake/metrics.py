"""Figures of the intake of one web process."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from pipelines.errors import ErrorCode

_BUCKETS = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30)


class IntakeMetrics:
    """Postings by outcome and their latency, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "ocr_intake_seconds",
            "Time from the last posted byte to the commit",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refused = Counter(
            "ocr_intake_refused", "Refused postings by code", ("code",), registry=self.registry
        )

    def received(self, seconds: float) -> None:
        """Count one acknowledged posting."""
        self._seconds.observe(seconds)

    def refused(self, code: ErrorCode) -> None:
        """Count one refused posting."""
        self._refused.labels(code.value).inc()
