"""Structured logs: one JSON object a line, with ids and codes, never content.

Everything goes to standard error. Names of files, persons and values never reach a logger: events
carry ids, states, codes and numbers. `_only_plain` is the last line of defence.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from ocr_service.settings import Settings

_LONGEST = 300


def configure_logging(settings: Settings) -> None:
    """Send our events and those of the libraries to standard error as the settings say."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _only_plain,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Of the libraries warnings only, whatever the level: their debug output quotes SQL parameters
    # and parts of files.
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("ocr_service").setLevel(level)
    # Requests are our own events; the access log would hold query strings.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error", "dbos"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


def _only_plain(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep an exception's type and drop its text and trace: they may quote what was read."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    event.pop("exception", None)
    event.pop("stack_info", None)
    return {k: v[:_LONGEST] if isinstance(v, str) else v for k, v in event.items()}
