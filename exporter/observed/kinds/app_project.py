"""The sync windows of an AppProject of Argo CD; source: its API (``argoproj.io/v1alpha1``)."""

from datetime import timedelta
from typing import Annotated, Final

from msgspec import field

from exporter.domain.cron import Schedule
from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_duration
from exporter.domain.sync_windows import ObservedProjects, SyncWindow
from exporter.observed.folds import ObjectFold, by_name
from exporter.observed.kinds.application import application_key
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.records import SPARE, Metadata, Record, SpareText

MAX_WINDOWS: Final = 200


class WindowRecord(Record):
    """An entry of ``spec.syncWindows``."""

    kind: SpareText = None
    schedule: SpareText = None
    duration: SpareText = None
    applications: Annotated[list[str] | None, SPARE] = None
    namespaces: Annotated[list[str] | None, SPARE] = None
    clusters: Annotated[list[str] | None, SPARE] = None
    time_zone: SpareText = None
    and_operator: Annotated[bool | None, SPARE] = field(default=None)


class ProjectSpec(Record):
    """The spec of an AppProject."""

    sync_windows: Annotated[list[WindowRecord] | None, SPARE] = None


class ProjectRecord(Record):
    """Argo CD's AppProject."""

    metadata: Metadata
    spec: Annotated[ProjectSpec | None, SPARE] = None


def sync_windows(record: ProjectRecord) -> tuple[SyncWindow, ...]:
    """Return the sync windows of a project, the first :data:`MAX_WINDOWS` of them."""
    windows = (record.spec and record.spec.sync_windows) or ()
    return tuple(map(_window, windows[:MAX_WINDOWS]))


def _window(record: WindowRecord) -> SyncWindow:
    """Return a window; without a schedule where anything of it is not what Argo CD takes."""
    schedule, duration = None, timedelta()
    try:
        duration = parse_duration(record.duration or "")
        schedule = Schedule.parse(record.schedule or "", zone=record.time_zone or "")
    except ParseError:
        schedule = None
    return SyncWindow(
        deny=record.kind == "deny",
        schedule=schedule if record.kind in {"allow", "deny"} else None,
        duration=duration,
        applications=tuple(record.applications or ()),
        namespaces=tuple(record.namespaces or ()),
        clusters=tuple(record.clusters or ()),
        all_of=bool(record.and_operator),
    )


KIND = KindSpec(
    kind="AppProject",
    group="argoproj.io",
    version="v1alpha1",
    plural="appprojects",
    short_names=("appproj", "appprojs"),
    optional=True,
    record=ProjectRecord,
    fold=lambda: ObjectFold(key=application_key, value=sync_windows),
    fact=FactSpec(type=ObservedProjects, build=by_name(ObservedProjects)),
    read_for=frozenset({Declared.APPLICATION_SETS}),
)
