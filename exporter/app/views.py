"""What can be looked at of one evaluation: the page, the reports and the API."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias

from exporter.app.report import overview_of
from exporter.domain.cron import parse_zone
from exporter.domain.errors import ReadError
from exporter.domain.evaluation import Evaluation
from exporter.domain.provenance import Place
from exporter.domain.published import Answer, Asked, View
from exporter.domain.state import State
from exporter.foreign.files import MIB, decode, read_bytes
from exporter.report import api, reports, status
from exporter.report.overview import Overview
from exporter.report.writers import Form
from exporter.runtime.server import REPORT
from exporter.settings.load import Loaded

PAGE: Final = "/"
HISTORY: Final = "/history"
SUBJECTS: Final = ("/subject/{kind}/{name}", "/subject/{kind}/{namespace}/{name}")
DOCUMENTATION: Final = ("/docs/{folder}", "/docs/{folder}/{name}")
PATHS: Final = (PAGE, HISTORY, *SUBJECTS, *DOCUMENTATION, REPORT, *api.PATHS)
Page: TypeAlias = Callable[..., Answer]
LINGERING: Final = 60.0
"""Seconds for which somebody who has looked may look again; the page asks every few seconds."""


@dataclass(slots=True)
class Readers:
    """Whether somebody is reading: as long as somebody is, what pages show is made beforehand."""

    clock: Callable[[], float] = time.monotonic
    last: float | None = None

    def came(self) -> None:
        """Note that somebody looks."""
        self.last = self.clock()

    @property
    def around(self) -> bool:
        """Whether somebody has looked lately."""
        return self.last is not None and self.clock() - self.last < LINGERING


@dataclass(slots=True)
class Seen:
    """One evaluation, and what is shown of it, each made once, when somebody looks."""

    outcome: Evaluation
    loaded: Loaded
    _overview: Overview | None = None
    _board: status.Board | None = None
    _one: threading.Lock = field(default_factory=threading.Lock)

    @property
    def made(self) -> bool:
        """Whether what pages show is made already."""
        return self._board is not None

    def board(self) -> status.Board:
        """Return what pages show; those who ask while it is made wait for it."""
        with self._one:
            if self._board is None:
                self._board = status.Board(outcome=self.outcome, cluster=_cluster(self.loaded))
                self._board.prepare()
            return self._board

    def overview(self) -> Overview:
        """Return the overview; those who ask while it is made wait for it."""
        with self._one:
            if self._overview is None:
                self._overview = overview_of(self.outcome, self.loaded)
            return self._overview


def views(
    seen: Seen,
    *,
    declared: State,
    telemetry_path: str,
    lasting: timedelta,
    readers: Readers,
) -> dict[str, View]:
    """Return all views by path of what is *seen*.

    That costs nothing, unless *readers* are around: then they find made what pages show.
    """
    context = status.PageContext(
        telemetry_path=telemetry_path,
        lasting=lasting,
        forms=tuple(Form),
        zone=parse_zone(seen.loaded.settings.time_zone),
    )
    if readers.around:
        seen.board()

    def shown(page: Page) -> View:
        def view(asked: Asked) -> Answer:
            readers.came()
            return page(seen.board(), asked, context=context)

        return view

    return {
        PAGE: shown(status.page),
        HISTORY: shown(status.history),
        **dict.fromkeys(SUBJECTS, shown(status.subject)),
        **dict.fromkeys(DOCUMENTATION, shown(status.documentation)),
        REPORT: lambda asked: reports.report(asked, shown=seen.overview),
        **api.views(seen.outcome, declared=declared),
    }


def _cluster(loaded: Loaded) -> status.Cluster:
    root = loaded.path(loaded.repository.path)
    return status.Cluster(
        name=loaded.cluster.name, web=loaded.repository.web, read=lambda place: _lines(root, place)
    )


def _lines(root: Path, place: Place) -> tuple[str, ...]:
    """Return the lines of a file of the checkout; none where it cannot be read, or lies outside."""
    path = (root / place.path).resolve()
    if not path.is_relative_to(root.resolve()):
        return ()
    try:
        text = decode(read_bytes(path, name=place.path, limit=MIB), name=place.path)
    except ReadError:
        return ()
    return tuple(text.splitlines())


def waiting(loaded: Loaded) -> Callable[[str], Answer]:
    """Return what people see before the first evaluation, by their language."""
    return lambda lang: status.waiting(loaded.cluster.name, lang)


def files() -> dict[str, Answer]:
    """Return what never changes, by path."""
    return {**status.files_beside(), api.SCHEMA: api.schema()}
