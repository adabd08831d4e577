"""The log: one line for each event on standard error, as logfmt or JSON."""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from exporter.runtime.web import request_id

_LEVELS = {"debug": "DEBUG", "info": "INFO", "warn": "WARNING", "error": "ERROR"}


class _Lines(logging.Formatter):
    """Formats a record as one line; what is logged cannot begin another."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        level = record.levelname.lower().replace("warning", "warn")
        fields = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": level,
            "logger": record.name,
            "msg": record.getMessage(),
        }
        request = request_id.current.get()
        if request:
            fields["request"] = request
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields) if self.form == "json" else _logfmt(fields)


def _logfmt(fields: Mapping[str, str]) -> str:
    return " ".join(
        f"{key}={json.dumps(value) if _needs_quotes(value) else value}"
        for key, value in fields.items()
    )


def _needs_quotes(value: str) -> bool:
    return not value or any(one in ' "=\\' or not one.isprintable() for one in value)


def configure(*, level: str, form: str) -> None:
    """Log to standard error from *level* (debug, info, warn, error) in *form* (logfmt, json)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(form))
    logging.basicConfig(level=_LEVELS[level], handlers=[handler], force=True)
