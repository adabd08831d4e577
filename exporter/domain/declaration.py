"""What the code says: statements of single sources, and the one declaration they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from sys import intern
from typing import NamedTuple

from exporter.domain.charts import ChartRequest
from exporter.domain.cloud import CloudGap, DeclaredResource, ResourcePart
from exporter.domain.errors import Reason
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import Item
from exporter.domain.json import JsonObject, dig
from exporter.domain.monitoring.stack import StackGap, StackStatement
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint


class Attribute(StrEnum):
    """What else than labels and taints a source may say of a node."""

    VERSION = "version"
    INSTANCE_TYPE = "instance_type"
    ZONE = "zone"
    INTERNAL_IP = "internal_ip"
    PROVIDER_ID = "provider_id"


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that was read and understood, but whose value only a run would tell."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read.

    *part* names the part of the source that is lost with it (an Application, an overlay, a
    directory), or is empty where the whole source is.
    """

    place: Place
    reason: Reason
    message: str
    advice: str = ""
    part: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether the code itself is broken, so that its own tools would refuse it, too."""
        return self.reason in _BROKEN


_BROKEN = frozenset({Reason.MALFORMED, Reason.MISSING, Reason.OUTSIDE})


def unreadable_subject(failure: Failure) -> Subject:
    """Return the file or directory that *failure* is about as a subject, which goes by its path."""
    path = failure.place.path or failure.part or failure.place.source
    kind = "File" if failure.place.line or "." in path.rpartition("/")[2] else "Directory"
    return Subject(kind, "", path)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The fact of what is broken in the code itself: its own tools would refuse it, too."""

    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatement:
    """What one source says of one node, at one place or several.

    *enumerates* is true where the source lists nodes (an inventory, a resource), and false where
    it only speaks of a node that another lists (a task that labels it). *groups* are from the
    most telling to the least.
    """

    name: str
    place: Place
    enumerates: bool = True
    groups: tuple[str, ...] = ()
    attributes: Mapping[Attribute, Located[str]] = field(default_factory=dict)
    labels: Mapping[str, Located[str]] = field(default_factory=dict)
    taints: tuple[Located[Taint], ...] = ()


PRESENT = "present"
LABELS = "labels"
TAINTS = "taints"
ATTRIBUTES = frozenset({LABELS, TAINTS, *Attribute})
"""All that a source may say of a node that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGap:
    """What a source could say of nodes, and nobody can tell.

    *attributes* are those of :data:`ATTRIBUTES`, a single label or taint (``labels.KEY``), or
    :data:`PRESENT` where it may name further nodes. *nodes* are those it could concern, none for
    any. So many statements of the source precede it as *position* says: those after it overrule it.
    """

    place: Place
    message: str
    attributes: frozenset[str]
    nodes: frozenset[str] = frozenset()
    position: int = 0

    def concerns(self, name: str) -> bool:
        """Tell whether it could say something of the node *name*."""
        return not self.nodes or name in self.nodes

    @property
    def gap(self) -> Gap:
        """Return it as what a finding tells."""
        return Gap(self.place.source, f"{self.place.where}: {self.message}")


class JoinedBy(StrEnum):
    """By what a declared node was found in the cluster."""

    SETTINGS = "name in the settings"
    PROVIDER_ID = "provider ID"
    NAME = "name"
    DOMAIN = "name up to domain and case"
    ADDRESS = "internal address"


class Contradiction(NamedTuple):
    """What speaks against the identity of a declared node, and *other*, the node it may be, too.

    *other* is a name of the cluster's, empty where it is another declared node.
    """

    message: str
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredNode:
    """One node as all sources together declare it; *places* are those that enumerate it first.

    *unknown* has what else may be declared, or declared otherwise: by attribute (``version``), by
    a label or taint (``labels.KEY``), or by all that are not named (``labels``, ``taints``).

    *joined_by* says by what else than its name it was found in the cluster, *contradiction* what
    of its identity speaks against that. A *member* is declared by its group alone; of the
    attributes that it is *silent* on the group says nothing, and of taints with *automatic* keys
    nobody declares whether it has them.
    """

    name: str
    group: str
    places: tuple[Place, ...]
    attributes: Mapping[Attribute, Located[str]]
    labels: Mapping[str, Located[str]]
    taints: tuple[Located[Taint], ...]
    unknown: Mapping[str, Gap] = field(default_factory=dict)
    joined_by: JoinedBy | None = None
    contradiction: Contradiction | None = None
    member: bool = False
    silent: frozenset[str] = frozenset()
    automatic: frozenset[str] = frozenset()

    def unknown_in(self, *attributes: str) -> Gap | None:
        """Return why something of these *attributes*, or below them, is not known, if so."""
        return next(
            (gap for key, gap in self.unknown.items() if key.partition(".")[0] in attributes), None
        )

    def unknown_value(self, attribute: str, key: str) -> Gap | None:
        """Return why the value of one label or taint is not known, if so."""
        own = self.unknown.get(f"{attribute}.{key}")
        return own or (None if self._states(attribute, key) else self.unknown.get(attribute))

    def _states(self, attribute: str, key: str) -> bool:
        if attribute == LABELS:
            return key in self.labels
        return any(taint.value.key == key for taint in self.taints)


class WorkloadKey(NamedTuple):
    """Names a workload (Deployment, StatefulSet, DaemonSet or another owner of pods).

    A tuple, as a large cluster's are looked up and sorted by the hundred thousand.
    """

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return intern(f"{self.kind} {self.namespace}/{self.name}")  # findings hold it 100,000 times


@dataclass(frozen=True, slots=True, order=True)
class ApplicationKey:
    """Names an Argo CD Application."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredManifest:
    """One object as it is rendered.

    *manifest* holds ``metadata.labels``, ``metadata.annotations`` and what else is compared as
    declared, with no default filled in. *place* is where the object is declared; *places* maps a
    JSON pointer into *manifest* (``/spec/replicas``) to where that value is declared, as far as it
    is known. *application* delivers it, if any does; *ignored* are pointers that the Application's
    ``ignoreDifferences`` names, and *leaves* says why it may name further ones. *unknown* says why
    all but its name may be declared otherwise.
    *chart* has name and version of the chart, and the template, where it comes of one.
    """

    manifest: JsonObject
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)
    application: ApplicationKey | None = None
    ignored: tuple[str, ...] = ()
    leaves: str = ""
    unknown: Gap | None = None
    chart: str = ""

    def place_of(self, pointer: str) -> Place:
        """Return where the value at *pointer*, or the nearest value around it, is declared."""
        while pointer:
            if pointer in self.places:
                return self.places[pointer]
            pointer = pointer.rpartition("/")[0]
        return self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredWorkload(DeclaredManifest):
    """One workload; beside its metadata the manifest holds ``spec``."""

    key: WorkloadKey

    def replica_bounds(self) -> tuple[int, int] | None:
        """Return the fewest and most replicas that the manifest itself declares, if it does.

        A number that is not one of those that Kubernetes accepts (0 to 2147483647) is none.
        """
        replicas = dig(self.manifest, "spec", "replicas")
        if isinstance(replicas, bool) or not isinstance(replicas, int):
            return None
        return (replicas, replicas) if 0 <= replicas < 1 << 31 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredObject(DeclaredManifest):
    """One object of any other kind, of API *version* (``v1``), as ``objectcontent`` keeps it."""

    key: ObjectKey
    subject: Subject
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAutoscaler:
    """A HorizontalPodAutoscaler or ScaledObject and the replicas between which it scales."""

    kind: str
    namespace: str
    name: str
    target: WorkloadKey
    minimum: int
    maximum: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSource:
    """One source of an Application.

    *local* tells whether it lies in the repository at hand; *path* is relative to that
    repository's root. *resolved* is the version of the chart that *revision* means, where that is
    known.
    """

    repository: str
    path: str = ""
    revision: str = "HEAD"
    chart: str = ""
    reference: str = ""
    local: bool = False
    resolved: str = field(default="", compare=False)

    @property
    def packed(self) -> tuple[str, str] | None:
        """The registry and the name of the chart, where it lies in no Git repository.

        A chart in an OCI registry may be all that its address names.
        """
        if self.chart:
            return self.repository, self.chart
        if self.repository.startswith("oci://") and not self.reference:
            registry, _, name = self.repository.rstrip("/").rpartition("/")
            return registry, name
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """``syncPolicy.automated``."""

    prune: bool = False
    self_heal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredDifference:
    """One entry of ``ignoreDifferences``; an empty *name* or *namespace* means any."""

    group: str
    kind: str
    name: str = ""
    namespace: str = ""
    pointers: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """JSON pointers (``/spec/replicas``) and jq path expressions (``.spec.replicas``)."""

    unresolved: str = ""
    """Why it may name further values, if it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredApplication:
    """One Argo CD Application, written as such or made by an ApplicationSet.

    *labels* are its ``metadata.labels``; *parameters* are what the ApplicationSet's generator put
    into its template (dotted keys for nested values), each with its place. *application_set*
    names the ApplicationSet that makes it, or is empty; *left* are JSON pointers to what of it that
    leaves to others (``ignoreApplicationDifferences``). *overridden* says in words what the live
    Application overrides that neither the code nor Image Updater does.
    """

    key: ApplicationKey
    place: Place
    project: str = "default"
    labels: Mapping[str, Located[str]] = field(default_factory=dict)
    parameters: Mapping[str, Located[str]] = field(default_factory=dict)
    application_set: str = ""
    sources: tuple[ApplicationSource, ...] = ()
    source_place: Place | None = None
    destination_namespace: str = ""
    destination_server: str = ""
    automation: Automation | None = None
    ignored: tuple[IgnoredDifference, ...] = ()
    left: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()

    def leaves(self, *pointers: str) -> bool:
        """Tell whether what one of *pointers* names is left to others in the live Application."""
        return any(f"{one}/".startswith(f"{left}/") for one in pointers for left in self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """A group of nodes, and what bounds of its size are declared: *minimum* and *maximum*, if any.

    *members* are the names declared one by one. Further nodes are recognised by *name_pattern* (a
    shell pattern) or *labels*; such nodes may be expected though nobody names them. How many there
    shall be follows from all that: see :class:`exporter.domain.expectation.GroupSize`.

    All its nodes shall have the *node_labels*, the *taints* (None where nothing is said of them),
    the *version*, and one of the *instance_types* and *zones*. *unknown* is as that of a node, and
    has ``minimum`` and ``maximum``. A *pool* makes its nodes itself: they are of it whatever other
    group they belong to. One that is *unbounded* makes as many as pods need. Taints with
    *automatic* keys its provider sets, or not, by what the machines are.
    """

    name: str
    minimum: int | None = None
    maximum: int | None = None
    members: frozenset[str] = frozenset()
    name_pattern: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    node_labels: Mapping[str, Located[str]] = field(default_factory=dict)
    taints: tuple[Located[Taint], ...] | None = None
    version: Located[str] | None = None
    instance_types: tuple[Located[str], ...] = ()
    zones: tuple[Located[str], ...] = ()
    unknown: Mapping[str, Gap] = field(default_factory=dict)
    pool: bool = False
    unbounded: bool = False
    automatic: frozenset[str] = frozenset()

    @property
    def recognisable(self) -> bool:
        """Whether a node that nobody names can be told to belong to it."""
        return bool(self.name_pattern or self.labels)

    def describes(self, name: str, labels: Mapping[str, str]) -> bool:
        """Tell whether a node of this *name* with these *labels* fits this group's pattern."""
        if not self.recognisable:
            return False
        if self.name_pattern and not fnmatchcase(name, self.name_pattern):
            return False
        return all(_fits(labels.get(key), pattern) for key, pattern in self.labels.items())


def _fits(value: str | None, pattern: str) -> bool:
    """Tell whether a label's value, None where it is missing, fits a shell pattern."""
    return value == pattern or (value is not None and fnmatchcase(value, pattern))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What Applications deliver, beside what of that is read.

    *application_sets* names all ApplicationSets, *unevaluated* those of them that may make other
    Applications than those that are known. *paths* tells of every path of this repository that an
    Application deploys whether it exists in the checkout as a directory; *delivered* are those
    that go to the cluster that is looked at. *declarations* are the places (path and line) of all
    Applications and ApplicationSets; *hiding* says where there may be further Applications.
    *refresh* is the longest time between two comparisons of Argo CD in seconds, as its rules have
    it; None where they do not say.
    """

    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()
    paths: Mapping[str, bool] = field(default_factory=dict)
    delivered: frozenset[str] = frozenset()
    declarations: frozenset[tuple[str, int]] = frozenset()
    hiding: tuple[Gap, ...] = ()
    refresh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that one source says, and what of it could not be read.

    *items* are all things that it declares but nodes, which follow from *nodes*; *gaps* what it
    could say of nodes, and nobody can tell, *stack_gaps* what of the monitoring stack, *cloud_gaps*
    what of the *resources* of a cloud and their *parts*. *charts* are what lacks of registries.
    *groups*
    have no members yet: who belongs to them shows when all sources are merged.
    *complete* is false where something that would add to an enumeration of nodes could not be
    evaluated, so that a node's absence from this source proves nothing. Of one that is *lost*
    nothing is known but why.
    """

    source: Source
    nodes: tuple[NodeStatement, ...] = ()
    groups: tuple[NodeGroup, ...] = ()
    workloads: tuple[DeclaredWorkload, ...] = ()
    objects: tuple[DeclaredObject, ...] = ()
    autoscalers: tuple[DeclaredAutoscaler, ...] = ()
    applications: tuple[DeclaredApplication, ...] = ()
    stack: tuple[StackStatement, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    failures: tuple[Failure, ...] = ()
    items: tuple[Item, ...] = ()
    gaps: tuple[NodeGap, ...] = ()
    stack_gaps: tuple[StackGap, ...] = ()
    resources: tuple[DeclaredResource, ...] = ()
    parts: tuple[ResourcePart, ...] = ()
    cloud_gaps: tuple[CloudGap, ...] = ()
    deliveries: Deliveries = Deliveries()
    charts: tuple[ChartRequest, ...] = ()
    complete: bool = True
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two declarations that disagree about one attribute of one subject.

    *statements* has each value with its place; the last is the one that counts.
    """

    kind: str
    namespace: str
    name: str
    attribute: str
    statements: tuple[Located[str], ...]
    message: str
