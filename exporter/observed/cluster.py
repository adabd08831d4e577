"""A cluster as it becomes known, object by object."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from exporter.domain.applications import ObservedApplication
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.json import JsonObject
from exporter.domain.nodes import ObservedNode
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.applications import observed_application, observed_application_set
from exporter.observed.autoscalers import Scaling, hpa_scaling, keda_scaling
from exporter.observed.kinds import Kind
from exporter.observed.latest import Latest
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
_OBJECT = msgspec.json.Decoder(ObjectRecord)
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Cluster:
    """Everything that was read of a cluster, reduced to what facts need.

    Objects may come in any order and more than once; the newest version of each counts.
    """

    __slots__ = ("application_sets", "applications", "nodes", "pods", "scalings", "workloads")

    def __init__(self) -> None:
        self.nodes: Latest[str, ObservedNode] = Latest()
        self.pods = PodFold()
        self.workloads: Latest[WorkloadKey, ObservedWorkload] = Latest()
        self.applications: Latest[ApplicationKey, ObservedApplication] = Latest()
        self.application_sets: Latest[ApplicationKey, JsonObject] = Latest()
        self.scalings: Latest[WorkloadKey, Scaling] = Latest()

    def put(self, kind: Kind, item: Buffer | Record) -> bool:
        """Take an object in, as the bytes of its JSON or read; tell if that changed any fact.

        An older version than the known one, or than the one that went, changes nothing. Raises
        :exc:`ParseError` where it is not what its kind asks for; nothing changes then.
        """
        try:
            if isinstance(item, Buffer):
                item = _DECODERS[kind].decode(item)
            return self._put(kind, item)
        except _BROKEN as error:
            raise _translated(error) from None

    def remove(self, kind: Kind, item: Buffer | ObjectRecord) -> bool:
        """Forget an object, as it was when it went; tell whether it was known.

        A newer object of the same name stays. Raises :exc:`ParseError` where it has no name.
        """
        try:
            read = item if isinstance(item, ObjectRecord) else _OBJECT.decode(item)
        except _BROKEN as error:
            raise _translated(error) from None
        metadata = read.metadata
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

    def _put(self, kind: Kind, shown: Record) -> bool:
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


def _scaling(shown: HorizontalPodAutoscalerRecord | ScaledObjectRecord) -> Scaling:
    if isinstance(shown, ScaledObjectRecord):
        return keda_scaling(shown)
    return hpa_scaling(shown)


def _translated(error: Exception) -> ParseError:
    nested = isinstance(error, RecursionError)
    return ParseError("is nested too deeply" if nested else str(error))


def _key(kind: Kind, metadata: Metadata) -> WorkloadKey:
    return WorkloadKey(metadata.namespace or "", kind.value, metadata.name)
