"""Which memory a process begins with: that of its file, or of its series in Prometheus."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from exporter.domain.errors import ReadError
from exporter.domain.finding import Verdict
from exporter.domain.recollection import MemoryKind, MemoryOrigin, Recollection, Scope
from exporter.domain.transitions import Transition
from exporter.observed.endpoint import Endpoint
from exporter.observed.prometheus.api import Api
from exporter.observed.prometheus.recall import LASTING, recall
from exporter.runtime.history import KEPT
from exporter.runtime.past import CheckPast, Past
from exporter.settings.load import Loaded

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that Prometheus has for all answers; then the process begins without them."""
_MOMENT = timedelta(hours=1, minutes=5)
"""A file in which nothing would change is written each hour."""


async def recalled(loaded: Loaded, scope: Scope, *, now: datetime) -> Past | None:
    """Return what Prometheus knows of earlier processes; None where it is not to be had.

    It never fails: the log says why nothing is remembered.
    """
    settings = loaded.settings.observed.prometheus
    if settings is None:
        return None
    api = Api(Endpoint(settings, folder=loaded.folder), labels=settings.labels)
    try:
        async with asyncio.timeout(PATIENCE):
            found = await recall(api, scope, now=now)
    except ReadError as error:
        logger.warning("nothing is remembered from Prometheus: %s", error)
        return None
    except TimeoutError:
        logger.warning("nothing is remembered from Prometheus: no answer in %g s", PATIENCE)
        return None
    finally:
        await api.close()
    if found is None:
        logger.info("Prometheus has no series of this exporter within %s", LASTING)
        return None
    return _past(found, now=now)


def newer(file: Past, series: Past | None) -> Past:
    """Return the memory that was kept last; the file's where none is newer, as it knows more.

    Prometheus' last sample is younger than the last write of the file by a moment, always.
    """
    if series is None or series.origin.until is None:
        return file
    if file.origin.until is None:
        return series
    return file if series.origin.until - file.origin.until < _MOMENT else series


def _past(found: Recollection, *, now: datetime) -> Past:
    checks: dict[str, CheckPast] = {}
    for (check, subject), since in found.failing.items():
        known = Verdict.FAIL, min(since, now)
        checks.setdefault(check, CheckPast()).since[subject] = known
    became = sorted(_transitions(found), key=lambda one: one.at)
    return Past(
        checks,
        transitions=tuple(became[-KEPT:]),
        watching=min(found.since, now),
        origin=MemoryOrigin(MemoryKind.PROMETHEUS, min(found.until, now)),
    )


def _transitions(found: Recollection) -> Iterator[Transition]:
    """Yield when failures began and ended, while they were watched; nobody knows what was else."""
    for (check, subject), since in found.failing.items():
        if since > found.since:
            yield Transition(
                at=since, check=check, subject=subject, before=None, after=Verdict.FAIL, series=True
            )
    for one in found.ended:
        if one.since > found.since:
            yield Transition(
                at=one.since,
                check=one.check,
                subject=one.subject,
                before=None,
                after=Verdict.FAIL,
                series=True,
            )
        yield Transition(
            at=one.seen,
            check=one.check,
            subject=one.subject,
            before=Verdict.FAIL,
            after=None,
            series=True,
        )
