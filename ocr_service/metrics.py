"""Figures of the work as a whole, read from the database: the same on every web process.

Nothing here is content: states, codes, counts, seconds. HTTP figures are in `api/metrics.py`,
those of the intake in `intake/metrics.py`.
"""

import threading
import time
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from ocr_service.loop.changes import Signal
from ocr_service.loop.watch import open_alarms
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.tables import DocumentRow, SuggestionRow, WorkerRow
from pipelines.errors import CodedError

_BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)
_KEPT_SECONDS = 10.0


class WorkMetrics(Collector):
    """Readings, failures, queue and workers, asked for at most every ten seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._kept_until = 0.0
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not need the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; only `ocr_database_up` when the database is out of reach."""
        up = GaugeMetricFamily("ocr_database_up", "Whether the database answers")
        try:
            found = self._figures()
        except CodedError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found

    def _figures(self) -> list[Metric]:
        with self._lock:
            if time.monotonic() >= self._kept_until:
                with self._database.reading() as session:
                    self._kept = [
                        _readings(session),
                        _failures(session),
                        _queue(session),
                        _workers(session),
                        _alarms(session),
                    ]
                self._kept_until = time.monotonic() + _KEPT_SECONDS
            return self._kept


def _readings(session: Session) -> Metric:
    metric = HistogramMetricFamily("ocr_reading_seconds", "Time to read one document")
    seconds = SuggestionRow.seconds
    counts = [sa.func.sum(sa.case((seconds <= bound, 1), else_=0)) for bound in _BUCKETS]
    *within, count, total = session.execute(
        sa.select(*counts, sa.func.count(), sa.func.sum(seconds))
    ).one()
    buckets = [(str(b), float(n or 0)) for b, n in zip(_BUCKETS, within, strict=True)]
    metric.add_metric([], [*buckets, ("+Inf", float(count))], sum_value=float(total or 0))
    return metric


def _failures(session: Session) -> Metric:
    metric = GaugeMetricFamily(
        "ocr_documents_failed", "Documents that stand as failed, by code", labels=["code"]
    )
    for code, count in session.execute(
        sa.select(DocumentRow.failure_code, sa.func.count())
        .where(DocumentRow.state == DocumentState.FAILED)
        .group_by(DocumentRow.failure_code)
    ):
        metric.add_metric([code or "unknown"], count)
    return metric


def _queue(session: Session) -> Metric:
    depth = session.scalar(
        sa.select(sa.func.count()).where(DocumentRow.state == DocumentState.RECEIVED)
    )
    return GaugeMetricFamily("ocr_queue_depth", "Documents that wait to be read", value=depth)


def _workers(session: Session) -> Metric:
    count = session.scalar(sa.select(sa.func.count()).select_from(WorkerRow))
    return GaugeMetricFamily("ocr_workers", "Workers with a sign of life", value=count)


def _alarms(session: Session) -> Metric:
    metric = GaugeMetricFamily(
        "ocr_drift_alarms", "Changes of the stream of documents that stand", labels=["signal"]
    )
    counts = dict.fromkeys(Signal, 0)
    for row in open_alarms(session):
        counts[Signal(row.signal)] += 1
    for signal, count in counts.items():
        metric.add_metric([signal.value], count)
    return metric
