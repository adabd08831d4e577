"""A cluster as it becomes known, object by object."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from exporter.domain.applications import ObservedApplication
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject
from exporter.domain.nodes import ObservedNode
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedWorkload, UnreadableAutoscaler
from exporter.observed import lenient
from exporter.observed.applications import observed_application, observed_application_set
from exporter.observed.autoscalers import Scaling, hpa_scaling, keda_scaling, target_of
from exporter.observed.kinds import Kind
from exporter.observed.latest import Latest
from exporter.observed.lenient import BROKEN, Partial, message_of
from exporter.observed.nodes import observed_node
from exporter.observed.pods import PodFold
from exporter.observed.records import (
    ApplicationRecord,
    ApplicationSetRecord,
    HorizontalPodAutoscalerRecord,
    Metadata,
    NodeRecord,
    ObjectRecord,
    PodRecord,
    ScaledObjectRecord,
    WorkloadRecord,
)
from exporter.observed.workloads import observed_workload

Record: TypeAlias = (
    PodRecord
    | NodeRecord
    | WorkloadRecord
    | ApplicationRecord
    | ApplicationSetRecord
    | HorizontalPodAutoscalerRecord
    | ScaledObjectRecord
)
Buffer: TypeAlias = bytes | msgspec.Raw

RECORDS: Mapping[Kind, type[Record]] = {
    Kind.NODE: NodeRecord,
    Kind.POD: PodRecord,
    Kind.DEPLOYMENT: WorkloadRecord,
    Kind.STATEFUL_SET: WorkloadRecord,
    Kind.DAEMON_SET: WorkloadRecord,
    Kind.APPLICATION: ApplicationRecord,
    Kind.APPLICATION_SET: ApplicationSetRecord,
    Kind.HORIZONTAL_POD_AUTOSCALER: HorizontalPodAutoscalerRecord,
    Kind.SCALED_OBJECT: ScaledObjectRecord,
}
"""What is read of an object of each kind."""

_DECODERS = {kind: msgspec.json.Decoder(record) for kind, record in RECORDS.items()}


class OddObjectError(ParseError):
    """Of an object only its name is known from now on; *changed* tells if that is news."""

    def __init__(self, message: str, *, changed: bool) -> None:
        super().__init__(message)
        self.changed = changed


class Cluster:
    """Everything that was read of a cluster, reduced to what facts need.

    Objects may come in any order and more than once; the newest version of each counts.
    """

    __slots__ = ("application_sets", "applications", "nodes", "pods", "scalings", "workloads")

    def __init__(self) -> None:
        self.nodes: Latest[str, ObservedNode | Gap] = Latest()
        self.pods = PodFold()
        self.workloads: Latest[WorkloadKey, ObservedWorkload | Gap] = Latest()
        self.applications: Latest[ApplicationKey, ObservedApplication | Gap] = Latest()
        self.application_sets: Latest[ApplicationKey, JsonObject | Gap] = Latest()
        self.scalings: Latest[WorkloadKey, Scaling | UnreadableAutoscaler] = Latest()

    def put(self, kind: Kind, item: Buffer | Record) -> bool:
        """Take an object in, as the bytes of its JSON or read; tell if that changed any fact.

        An older version than the known one, or than the one that went, changes nothing. Raises
        :exc:`OddObjectError` where what is needed of it cannot be read, so that it is kept by its
        name, and another :exc:`ParseError` where it has none: nothing changes then.
        """
        try:
            shown = _DECODERS[kind].decode(item) if isinstance(item, Buffer) else item
            return self._fold(kind, shown)
        except (ParseError, *BROKEN) as error:
            if not isinstance(item, Buffer):
                raise self._kept(kind, Partial(item), message_of(error)) from None
        return self._put_rest(kind, lenient.read(item, RECORDS[kind]))

    def remove(self, kind: Kind, item: Buffer | ObjectRecord) -> bool:
        """Forget an object, as it was when it went; tell whether it was known.

        A newer object of the same name stays. Raises :exc:`ParseError` where it has no name.
        """
        read = Partial(item) if isinstance(item, ObjectRecord) else lenient.read(item, ObjectRecord)
        metadata = _named(kind, read)
        namespace, name, version = metadata.namespace or "", metadata.name, metadata.version
        match kind:
            case Kind.POD:
                return self.pods.remove(namespace, name, version=version)
            case Kind.NODE:
                return self.nodes.drop(name, version)
            case Kind.DEPLOYMENT | Kind.STATEFUL_SET | Kind.DAEMON_SET:
                return self.workloads.drop(WorkloadKey(namespace, kind.value, name), version)
            case Kind.APPLICATION:
                return self.applications.drop(ApplicationKey(namespace, name), version)
            case Kind.APPLICATION_SET:
                return self.application_sets.drop(ApplicationKey(namespace, name), version)
            case Kind.HORIZONTAL_POD_AUTOSCALER | Kind.SCALED_OBJECT:
                return self.scalings.drop(WorkloadKey(namespace, kind.value, name), version)

    def __len__(self) -> int:
        stores = (
            *(self.nodes, self.pods, self.workloads),
            *(self.applications, self.application_sets, self.scalings),
        )
        return sum(len(store) for store in stores)

    @property
    def unreadable(self) -> list[Gap]:
        """Why objects are known by their names only, for each, sorted."""
        stores = (self.nodes, self.workloads, self.applications, self.application_sets)
        found = [one for store in stores for one in store.values().values()]
        gaps = [one for one in found if isinstance(one, Gap)]
        scalers = self.scalings.values().values()
        gaps += [one.gap for one in scalers if isinstance(one, UnreadableAutoscaler)]
        gaps += [one.gap for one in self.pods.unreadable]
        return sorted(gaps, key=lambda one: one.message)

    def _put_rest(self, kind: Kind, read: Partial[Record]) -> bool:
        """Take in what can be read of an object, if that is all that is needed of it."""
        message = "; ".join(f"{path}: {why}" for path, why in read.lost.items())
        if not read.lost:
            try:
                return self._fold(kind, read.record)
            except (ParseError, *BROKEN) as error:
                message = message_of(error)
        raise self._kept(kind, read, message)

    def _kept(self, kind: Kind, read: Partial[Record], message: str) -> OddObjectError:
        """Keep an object by its name; return what is to be told of it."""
        metadata = _named(kind, read)
        gap = Gap(Source.KUBERNETES, f"{_described(kind, metadata)} cannot be read: {message}")
        return OddObjectError(message, changed=self._fold_unreadable(kind, read, gap))

    def _fold(self, kind: Kind, shown: Record) -> bool:
        metadata = shown.metadata
        match shown:
            case PodRecord():
                return self.pods.add(shown)
            case NodeRecord():
                return self.nodes.put(metadata.name, observed_node(shown), metadata.version)
            case WorkloadRecord():
                key = _key(kind, metadata)
                return self.workloads.put(key, observed_workload(shown, key), metadata.version)
            case ApplicationRecord():
                application = observed_application(shown)
                return self.applications.put(application.key, application, metadata.version)
            case ApplicationSetRecord():
                name = ApplicationKey(metadata.namespace or "", metadata.name)
                manifest = observed_application_set(shown)
                return self.application_sets.put(name, manifest, metadata.version)
            case HorizontalPodAutoscalerRecord() | ScaledObjectRecord():
                return self.scalings.put(_key(kind, metadata), _scaling(shown), metadata.version)

    def _fold_unreadable(self, kind: Kind, read: Partial[Record], gap: Gap) -> bool:
        """Keep an object by its name."""
        shown, metadata = read.record, read.record.metadata
        match shown:
            case PodRecord():
                return self.pods.add_unreadable(Partial(shown, read.lost), gap)
            case NodeRecord():
                return self.nodes.put(metadata.name, gap, metadata.version)
            case WorkloadRecord():
                return self.workloads.put(_key(kind, metadata), gap, metadata.version)
            case ApplicationRecord():
                name = ApplicationKey(metadata.namespace or "", metadata.name)
                return self.applications.put(name, gap, metadata.version)
            case ApplicationSetRecord():
                name = ApplicationKey(metadata.namespace or "", metadata.name)
                return self.application_sets.put(name, gap, metadata.version)
            case HorizontalPodAutoscalerRecord() | ScaledObjectRecord():
                scaler = UnreadableAutoscaler(gap, metadata.namespace or "", target_of(shown))
                return self.scalings.put(_key(kind, metadata), scaler, metadata.version)


def _named(kind: Kind, read: Partial[Record] | Partial[ObjectRecord]) -> Metadata:
    """Return the metadata that names an object; raises :exc:`ParseError` where it does not."""
    if kind is not Kind.NODE and read.lacks("metadata.namespace"):
        raise ParseError(f"metadata.namespace: {read.lost['metadata.namespace']}")
    return read.record.metadata


def _described(kind: Kind, metadata: Metadata) -> str:
    within = "" if kind is Kind.NODE or not metadata.namespace else f"{metadata.namespace}/"
    return f"{kind.value} {within}{metadata.name}"


def _scaling(shown: HorizontalPodAutoscalerRecord | ScaledObjectRecord) -> Scaling:
    if isinstance(shown, ScaledObjectRecord):
        return keda_scaling(shown)
    return hpa_scaling(shown)


def _key(kind: Kind, metadata: Metadata) -> WorkloadKey:
    return WorkloadKey(metadata.namespace or "", kind.value, metadata.name)
