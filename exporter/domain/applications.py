"""Facts about Argo CD Applications and the repository that they deploy, declared and observed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.domain.codeowners import CodeOwners
from exporter.domain.declaration import (
    PRESENT,
    ApplicationKey,
    ApplicationSource,
    Automation,
    DeclaredApplication,
)
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject, dig


@dataclass(frozen=True, slots=True)
class DeclaredApplications:
    """All declared Applications.

    *application_sets* names all declared ApplicationSets; *unevaluated* those of them whose
    Applications could not all be told from the code; *incomplete* says why there may be further
    Applications. *refresh* is how often Argo CD compares them at the least, None for unknown.
    """

    applications: Mapping[ApplicationKey, DeclaredApplication]
    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()
    incomplete: tuple[Gap, ...] = ()
    refresh: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """An entry of an Application's ``status.conditions``."""

    type: str
    message: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it keeps Argo CD from its work; other conditions are warnings.

        Source: Argo CD, ``ApplicationCondition.IsError``.
        """
        return self.type.endswith("Error")

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is known of an Application's last operation, ``status.operationState``.

    *revisions* are the commits that it deployed, in the order of the sources.
    """

    phase: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    message: str = ""
    revisions: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.phase in {"Running", "Terminating"}

    @property
    def has_failed(self) -> bool:
        """Whether it ended without success."""
        return self.phase in {"Failed", "Error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a source of an Application in the cluster says of images, to kustomize or helm."""

    images: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedApplication:
    """An Application as the API server shows it.

    *sync* is ``status.sync.status``, *health* ``status.health.status``; both are empty where Argo
    CD has not said yet. *revisions* are the commits of its sources in their order.
    *reconciled* is when Argo CD last compared it, as far as it says so; it is *paused* where an
    annotation keeps it from that. *ailing* lists resources that are not Healthy, as
    ``Kind namespace/name: status``. *overrides* has one entry for each source, if any is there.
    *secrets* are those of its resources, by namespace and name, that Argo CD says are there,
    *missing_secrets* those that it misses.
    *history* has the commits of its sources for each of the last deployments, the newest last.
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
    operation: Operation = Operation()
    reconciled: datetime | None = None
    paused: bool = False
    controller_namespace: str = ""
    application_set: str = ""
    deleting: bool = False
    conditions: tuple[Condition, ...] = ()
    ailing: tuple[str, ...] = ()
    project: str = "default"
    destination_namespace: str = ""
    destination_name: str = ""
    destination_server: str = ""
    overrides: tuple[Overrides, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    missing_secrets: tuple[tuple[str, str], ...] = ()
    history: tuple[tuple[str, ...], ...] = ()

    @property
    def is_here(self) -> bool:
        """Whether it goes to the cluster that it is an object of."""
        server, name = self.destination_server.rstrip("/"), self.destination_name
        return server == "https://kubernetes.default.svc" or (name == "in-cluster" and not server)

    @property
    def errors(self) -> Iterator[str]:
        """Yield in Argo CD's own words what keeps it from delivering, the most general first.

        A failed operation counts while the commits that it was to deliver are those that are
        compared: the next one has another chance. A status Unknown without a condition is an error
        that Argo CD keeps to its log.
        """
        errors = [str(condition) for condition in self.conditions if condition.is_error]
        yield from errors
        operation = self.operation
        known = operation.revisions and self.revisions
        if operation.has_failed and not (known and operation.revisions != self.revisions):
            yield f"operation {operation.phase}: {operation.message or 'no message'}"
        if self.sync == "Unknown" and not errors:
            yield "sync status is Unknown, and no condition tells why"

    @property
    def controller(self) -> str:
        """The namespace of the application controller; older ones see only their own."""
        return self.controller_namespace or self.key.namespace


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStep:
    """Where an Application stands in the RollingSync of its ApplicationSet.

    Source: Argo CD, ``status.applicationStatus`` of an ApplicationSet.
    """

    status: str
    step: str = ""
    since: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the ApplicationSet's controller has yet to sync it, or to see it Healthy."""
        return self.status in {"Waiting", "Pending", "Progressing"}

    @property
    def number(self) -> int:
        """How many steps come before it, and it; of one that is in no step that is -1."""
        return int(self.step) if self.step.isascii() and self.step.isdigit() else -1


@dataclass(frozen=True, slots=True)
class ObservedApplicationSet:
    """An ApplicationSet as somebody would have written it, and its Applications' *steps* by name.

    Of one that no file of the repository holds, *manifest* is the only declaration there is.
    """

    manifest: JsonObject
    steps: Mapping[str, SyncStep] = field(default_factory=dict)

    @property
    def is_rolling(self) -> bool:
        """Whether its controller syncs the Applications itself, some after others.

        It takes automated sync off them for that. Source: Argo CD, Progressive Syncs.
        """
        return dig(self.manifest, "spec", "strategy", "type") == "RollingSync"


@dataclass(frozen=True, slots=True)
class ObservedApplicationSets:
    """All observed ApplicationSets; what the *unreadable* ones declare nobody knows."""

    sets: Mapping[ApplicationKey, ObservedApplicationSet]
    unreadable: Mapping[ApplicationKey, Gap] = field(default_factory=dict)

    @property
    def manifests(self) -> Mapping[ApplicationKey, JsonObject]:
        """What they declare, by their names."""
        return {key: found.manifest for key, found in self.sets.items()}

    def owner_of(self, application: ObservedApplication) -> ObservedApplicationSet | None:
        """Return the ApplicationSet that made *application*, if it is known."""
        return self.sets.get(ApplicationKey(application.key.namespace, application.application_set))


@dataclass(frozen=True, slots=True)
class ObservedImageUpdaters:
    """All observed ImageUpdaters, as somebody would have written them."""

    manifests: Mapping[ApplicationKey, JsonObject]
    unreadable: Mapping[ApplicationKey, Gap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What the checkout holds.

    *paths* tells of every local source path whether it exists as a directory. *revision* is the
    commit checked out, *reference* the branch or tag it stands for, *references* all refs known
    by name. *owners* has what CODEOWNERS say, by the name with which places in a repository begin.
    *url* is the address it was cloned from, *addresses* further ones that mean the same. *log* has
    the last commits of what is checked out with their instants, the newest first.
    """

    revision: str = ""
    reference: str = ""
    committed: datetime | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, bool] = field(default_factory=dict)
    owners: Mapping[str, CodeOwners] = field(default_factory=dict)
    log: Mapping[str, datetime] = field(default_factory=dict)

    def owners_of(self, path: str) -> tuple[str, ...]:
        """Return who answers for the file at the *path* of a place."""
        name, colon, rest = path.partition(":")
        if not colon or name not in self.owners:
            name, rest = "", path
        return self.owners[name].of(rest) if name in self.owners else ()
