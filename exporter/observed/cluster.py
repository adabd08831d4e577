"""A cluster as it becomes known, object by object."""

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

Buffer: TypeAlias = bytes | msgspec.Raw

_NODE = msgspec.json.Decoder(NodeRecord)
_POD = msgspec.json.Decoder(PodRecord)
_WORKLOAD = msgspec.json.Decoder(WorkloadRecord)
_APPLICATION = msgspec.json.Decoder(ApplicationRecord)
_APPLICATION_SET = msgspec.json.Decoder(ApplicationSetRecord)
_HPA = msgspec.json.Decoder(HorizontalPodAutoscalerRecord)
_SCALED_OBJECT = msgspec.json.Decoder(ScaledObjectRecord)
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

    def put(self, kind: Kind, raw: Buffer) -> bool:
        """Take an object in, as the bytes of its JSON; tell whether that changed any fact.

        An older version than the known one, or than the one that went, changes nothing. Raises
        :exc:`ParseError` where it is not what its kind asks for; nothing changes then.
        """
        try:
            return self._put(kind, raw)
        except _BROKEN as error:
            raise _translated(error) from None

    def remove(self, kind: Kind, raw: Buffer) -> bool:
        """Forget an object, as it was when it went; tell whether it was known.

        A newer object of the same name stays. Raises :exc:`ParseError` where it has no name.
        """
        try:
            metadata = _OBJECT.decode(raw).metadata
        except _BROKEN as error:
            raise _translated(error) from None
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

    def _put(self, kind: Kind, raw: Buffer) -> bool:
        match kind:
            case Kind.POD:
                return self.pods.add(_POD.decode(raw))
            case Kind.NODE:
                node = _NODE.decode(raw)
                return self.nodes.put(
                    node.metadata.name, observed_node(node), node.metadata.version
                )
            case Kind.DEPLOYMENT | Kind.STATEFUL_SET | Kind.DAEMON_SET:
                workload = _WORKLOAD.decode(raw)
                key = _key(kind, workload.metadata)
                return self.workloads.put(
                    key, observed_workload(workload, key), workload.metadata.version
                )
            case Kind.APPLICATION:
                shown = _APPLICATION.decode(raw)
                application = observed_application(shown)
                return self.applications.put(application.key, application, shown.metadata.version)
            case Kind.APPLICATION_SET:
                found = _APPLICATION_SET.decode(raw)
                return self.application_sets.put(
                    ApplicationKey(found.metadata.namespace or "", found.metadata.name),
                    observed_application_set(found),
                    found.metadata.version,
                )
            case Kind.HORIZONTAL_POD_AUTOSCALER | Kind.SCALED_OBJECT:
                return self._put_scaling(kind, raw)

    def _put_scaling(self, kind: Kind, raw: Buffer) -> bool:
        if kind is Kind.SCALED_OBJECT:
            keda = _SCALED_OBJECT.decode(raw)
            metadata, scaling = keda.metadata, keda_scaling(keda)
        else:
            hpa = _HPA.decode(raw)
            metadata, scaling = hpa.metadata, hpa_scaling(hpa)
        return self.scalings.put(_key(kind, metadata), scaling, metadata.version)


def _translated(error: Exception) -> ParseError:
    nested = isinstance(error, RecursionError)
    return ParseError("is nested too deeply" if nested else str(error))


def _key(kind: Kind, metadata: Metadata) -> WorkloadKey:
    return WorkloadKey(metadata.namespace or "", kind.value, metadata.name)
