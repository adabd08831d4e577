"""The file in which findings' beginnings and last transitions outlive the process.

It is our own, and read as if it were not: bounded, decoded strictly, and of use only where it is of
this cluster and declaration. It names what fails, so it is readable by its owner alone.
"""

import contextlib
import dataclasses
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from exporter.domain.clock import Instant
from exporter.domain.errors import ReadError
from exporter.domain.excuses import Basis
from exporter.domain.finding import Subject, Verdict
from exporter.domain.flow import StepTaken
from exporter.domain.recollection import MemoryKind, MemoryOrigin, Scope
from exporter.domain.skyline import LevelChange
from exporter.domain.transitions import Transition
from exporter.foreign.files import MIB, read_bytes
from exporter.runtime.history import History
from exporter.runtime.past import CheckPast, Past
from exporter.runtime.rounds import Beginning, Round

logger = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two writes at least."""
FRESH = 3600.0
"""Seconds after which it is written again though nothing changed, so that it does not grow old."""
LASTING = timedelta(days=1)
"""How old a file may be: nobody knows what was in between, and after a day that is too much."""
MOST = 20_000
"""Findings that are kept, those of the first checks first; what is beyond begins anew."""
_LIMIT = 32 * MIB
_ANY = datetime.min.replace(tzinfo=UTC)
"""In place of when it was written, to tell whether anything else changed."""


class _Known(Struct, frozen=True):
    check: str
    subject: Subject
    verdict: Verdict
    since: datetime


class _Waiting(Struct, frozen=True):
    check: str
    subject: Subject
    name: str
    began: datetime
    basis: Basis
    limit: timedelta
    counts: tuple[int, ...]
    amiss: datetime


class _Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: whose memory it is, when it was *written*, and what was known then."""

    format: Literal["cluster-conformance-memory/v1"] = "cluster-conformance-memory/v1"
    cluster: str
    declaration: str
    written: datetime
    findings: tuple[_Known, ...] = ()
    waiting: tuple[_Waiting, ...] = ()
    transitions: tuple[Transition, ...] = ()
    levels: tuple[LevelChange, ...] = ()
    watching: datetime | None = None
    steps: tuple[StepTaken, ...] = ()


@dataclass(slots=True)
class MemoryFile:
    """Where the memory of one *scope* is kept."""

    path: Path
    scope: Scope
    _looked: float | None = None
    _written: float = 0.0
    _content: bytes = b""
    _failing: str = ""

    def load(self, *, now: datetime) -> Past:
        """Return what an earlier process kept; nothing where there is no file, or an unfit one.

        An unfit one is moved aside, and the log says why. It never fails.
        """
        if not self.path.exists():
            return Past()
        try:
            document = msgspec.json.decode(
                read_bytes(self.path, name=str(self.path), limit=_LIMIT), type=_Document
            )
        except (ReadError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return self._move_aside(f"cannot be read: {error}")
        if Scope(document.cluster, document.declaration) != self.scope:
            whose = f"{document.declaration!r} in cluster {document.cluster!r}"
            return self._move_aside(f"is of {whose}")
        if document.written.tzinfo is None or document.written > now:
            return self._move_aside(f"was written in the future, at {document.written}")
        if now - document.written > LASTING:
            return self._move_aside(f"was written long ago, at {document.written}")
        logger.info("remembering %d findings since %s", len(document.findings), document.written)
        return _past(document)

    def save(
        self,
        history: History,
        *,
        at: Instant,
        steps: tuple[StepTaken, ...] = (),
        force: bool = False,
    ) -> None:
        """Keep what *history* knows at the instant *at*, and *steps* that commits have taken.

        Not if that was done a moment ago.

        Where it cannot be written the log says so once, and nothing else suffers.
        """
        if not force and self._looked is not None and at.boot - self._looked < EVERY:
            return
        self._looked = at.boot
        document = replace(_document(history, self, at=at.wall), steps=steps[:MOST])
        content = msgspec.json.encode(replace(document, written=_ANY))
        if content == self._content and at.boot - self._written < FRESH and not force:
            return
        try:
            _write(self.path, msgspec.json.encode(document))
        except OSError as error:
            problem = error.strerror or str(error)
            if problem != self._failing:
                logger.error("memory cannot be kept in %s: %s", self.path, problem)  # noqa: TRY400 - it says all
            self._failing = problem
        else:
            self._content, self._written, self._failing = content, at.boot, ""

    def _move_aside(self, why: str) -> Past:
        aside = self.path.with_name(f"{self.path.name}.aside")
        logger.warning("memory %s %s; moved to %s", self.path, why, aside.name)
        with contextlib.suppress(OSError):
            self.path.replace(aside)
        return Past()


def _document(history: History, file: MemoryFile, *, at: datetime) -> _Document:
    return _Document(
        cluster=file.scope.cluster,
        declaration=file.scope.declaration,
        written=at,
        findings=tuple(_known(history))[:MOST],
        waiting=tuple(_waiting(history))[:MOST],
        transitions=tuple(history.transitions),
        levels=tuple(history.levels.changes),
        watching=history.levels.began,
    )


def _known(history: History) -> Iterator[_Known]:
    for check, judged in history.judged.items():
        for subject, finding in judged.amiss.items():
            if finding.since is not None:
                yield _Known(check, subject, finding.verdict, finding.since)


def _waiting(history: History) -> Iterator[_Waiting]:
    for check, judged in history.judged.items():
        for subject, one in judged.rounds.items():
            yield _Waiting(
                check=check,
                subject=subject,
                name=one.name,
                began=one.began.at,
                basis=one.began.basis,
                limit=one.limit,
                counts=one.counts,
                amiss=one.amiss,
            )


def _past(document: _Document) -> Past:
    checks: dict[str, CheckPast] = {}
    latest = document.written
    for known in document.findings:
        since = min(known.since, latest)
        checks.setdefault(known.check, CheckPast()).since[known.subject] = known.verdict, since
    for waiting in document.waiting:
        checks.setdefault(waiting.check, CheckPast()).rounds[waiting.subject] = Round(
            name=waiting.name,
            began=Beginning(min(waiting.began, latest), waiting.basis),
            limit=waiting.limit,
            counts=waiting.counts,
            amiss=min(waiting.amiss, latest),
        )
    watching = document.watching and min(document.watching, latest)
    origin = MemoryOrigin(MemoryKind.FILE, latest)
    steps = tuple(
        dataclasses.replace(one, at=one.at and min(one.at, latest)) for one in document.steps
    )
    return Past(checks, document.transitions, document.levels, watching, origin, steps)


def _write(path: Path, content: bytes) -> None:
    """Put *content* there whole or not at all; raises :exc:`OSError`."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
