"""Facts about Argo CD Applications and the repository that they deploy, declared and observed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.domain.declaration import (
    PRESENT,
    ApplicationKey,
    ApplicationSource,
    Automation,
    DeclaredApplication,
)
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject


@dataclass(frozen=True, slots=True)
class DeclaredApplications:
    """All declared Applications.

    *application_sets* names all declared ApplicationSets; *unevaluated* those of them whose
    Applications could not all be told from the code; *incomplete* says why there may be further
    Applications.
    """

    applications: Mapping[ApplicationKey, DeclaredApplication]
    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()
    incomplete: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedApplication:
    """An Application as the API server shows it.

    *sync* is ``status.sync.status``, *health* ``status.health.status``; both are empty where Argo
    CD has not said yet. *revisions* are the commits of its sources in their order.
    *operation_running* is true while a sync runs. *ailing* lists resources that are not Healthy,
    as ``Kind namespace/name: status``.
    """

    key: ApplicationKey
    sources: tuple[ApplicationSource, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    sync: str = ""
    health: str = ""
    health_message: str = ""
    health_since: datetime | None = None
    revisions: tuple[str, ...] = ()
    automation: Automation | None = None
    operation_running: bool = False
    operation_started: datetime | None = None
    reconciled: datetime | None = None
    application_set: str = ""
    deleting: bool = False
    conditions: tuple[str, ...] = ()
    ailing: tuple[str, ...] = ()
    destination_namespace: str = ""


@dataclass(frozen=True, slots=True)
class ObservedApplications:
    """All observed Applications; of the *unreadable* ones only that they are there is known."""

    applications: Mapping[ApplicationKey, ObservedApplication]
    unreadable: Mapping[ApplicationKey, Gap] = field(default_factory=dict)

    def __contains__(self, key: ApplicationKey) -> bool:
        return key in self.applications or key in self.unreadable

    @property
    def has_gaps(self) -> bool:
        """Whether any Application cannot be read."""
        return bool(self.unreadable)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why nothing but the presence of an Application is known, if so."""
        if aspect == PRESENT or subject.kind != "Application":
            return None
        return self.unreadable.get(ApplicationKey(subject.namespace, subject.name))

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is not known of an Application decides over a failure, too."""
        del subject, aspect
        return None


@dataclass(frozen=True, slots=True)
class ObservedApplicationSets:
    """The manifests of all observed ApplicationSets.

    Of those that no file of the repository holds, they are the only declaration there is. What the
    *unreadable* ones declare nobody knows.
    """

    manifests: Mapping[ApplicationKey, JsonObject]
    unreadable: Mapping[ApplicationKey, Gap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What the checkout holds.

    *paths* tells of every local source path whether it exists as a directory. *revision* is the
    commit checked out, *reference* the branch or tag it stands for, *references* all refs known
    by name. *url* is the address it was cloned from, *addresses* further ones that mean the same.
    """

    revision: str = ""
    reference: str = ""
    committed: datetime | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, bool] = field(default_factory=dict)
