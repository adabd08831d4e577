"""Facts about Grafana: itself, its datasources and its dashboards, declared and observed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, TypeAlias

from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True)
class DeclaredGrafana:
    """The Grafana of the settings."""

    place: Place


@dataclass(frozen=True, slots=True)
class GrafanaHealth:
    """What Grafana says of itself: ``ok`` or what else of its database; version where shown."""

    database: str
    version: str = ""

    @property
    def well(self) -> bool:
        """Whether its database is there."""
        return self.database == "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredDatasource:
    """A datasource that Grafana must have; what is empty is not declared."""

    place: Place
    name: str = ""
    uid: str = ""
    type: str = ""
    query: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredDatasources:
    """All declared datasources by what findings call them: name, else uid."""

    datasources: Mapping[str, DeclaredDatasource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Untold:
    """Grafana was asked, and would not or could not say; *message* tells what it lacks."""

    message: str


class Missing(Enum):
    """Grafana says that it has no such thing."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasource:
    """A datasource as Grafana describes it."""

    name: str
    uid: str
    type: str
    default: bool = False
    implementation: str = ""
    """Of an Alertmanager: prometheus, mimir or cortex."""


class Asked(Enum):
    """How a datasource was asked."""

    QUERY = "a query"
    STATUS = "its status"
    HEALTH = "its health check only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a datasource answered through Grafana; *trouble* is empty where all is well."""

    asked: Asked
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ObservedDatasource:
    """What Grafana says of a declared datasource, and what that answered."""

    found: Datasource | Missing | Untold
    answer: Told | Missing | Untold

    @property
    def is_there(self) -> bool:
        """Whether it was seen, or answered without being seen."""
        return isinstance(self.found, Datasource) or isinstance(self.answer, Told)


@dataclass(frozen=True, slots=True)
class ObservedDatasources:
    """What is known of each declared datasource, by what findings call it."""

    datasources: Mapping[str, ObservedDatasource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredDashboard:
    """A dashboard that Grafana must have; what is empty is not declared."""

    place: Place
    uid: str = ""
    title: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredDashboards:
    """All declared dashboards by what findings call them: title, else uid."""

    dashboards: Mapping[str, DeclaredDashboard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard as Grafana describes it; both texts of the folder are empty for none."""

    uid: str
    title: str
    folder_uid: str = ""
    folder: str | Untold = ""

    ROOT: ClassVar[str] = "General"


Dashboards: TypeAlias = tuple[Dashboard, ...]
"""All that answer to one declaration: several may have the same title."""


@dataclass(frozen=True, slots=True)
class ObservedDashboards:
    """What is known of each declared dashboard, by what findings call it; none: no such."""

    dashboards: Mapping[str, Dashboards | Untold] = field(default_factory=dict)
