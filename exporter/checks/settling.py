"""What Prometheus tells is a little behind: a difference may settle by itself."""

from datetime import timedelta

from exporter.domain.excuses import ExcuseReason, Progress


def settling(limit: timedelta, *, waits_for: str = "Prometheus may be behind") -> Progress:
    """Return that a difference may settle within the *limit*; each pass ends that."""
    return Progress(reason=ExcuseReason.SETTLING, waits_for=waits_for, limit=limit)
