"""What an EndpointSlice says of its Service; source: Kubernetes API reference (discovery/v1)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from exporter.domain.gaps import Gap
from exporter.domain.objects import ObjectName
from exporter.domain.services import Endpoints, ObservedEndpoints
from exporter.observed.folds import ObjectFold, apart
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.records import Metadata, Record


class SliceLabels(Record):
    """The one label of an EndpointSlice that is read."""

    service: str | None = field(default=None, name="kubernetes.io/service-name")


class SliceMetadata(Metadata):
    """Metadata of an EndpointSlice."""

    labels: SliceLabels | None = None


class EndpointConditions(Record):
    """``conditions`` of an endpoint."""

    ready: bool | None = None


class EndpointRecord(Record):
    """An endpoint, of which only counts whether it gets traffic."""

    conditions: EndpointConditions | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it gets traffic; one that does not tell does."""
        return self.conditions is None or self.conditions.ready is not False


class EndpointSliceRecord(Record):
    """An EndpointSlice."""

    metadata: SliceMetadata
    endpoints: list[EndpointRecord] | None = None


class Slice(Struct, frozen=True, gc=False):
    """What one EndpointSlice adds to its Service; there may be one for each of 20,000."""

    service: str
    endpoints: Endpoints


def endpoint_slice(record: EndpointSliceRecord) -> Slice:
    """Return what *record* adds to its Service, which is empty where it names none."""
    endpoints = record.endpoints or ()
    ready = sum(endpoint.is_ready for endpoint in endpoints)
    labels = record.metadata.labels
    return Slice((labels and labels.service) or "", _counted(ready, len(endpoints)))


@lru_cache(maxsize=4096)
def _counted(ready: int, total: int) -> Endpoints:
    """Return the same value for the same numbers, of which there are few."""
    return Endpoints(ready, total)


def slice_name(metadata: Metadata) -> ObjectName:
    """Return what names an EndpointSlice."""
    return metadata.namespace or "", metadata.name


def build(contents: Sequence[Any], unseen: frozenset[str]) -> ObservedEndpoints:
    """Return the endpoints of all Services, whose slices lie in their own namespaces."""
    del unseen
    slices, unreadable = apart(contents)
    found: dict[ObjectName, Endpoints] = {}
    known: dict[ObjectName, Slice] = slices
    gaps: dict[ObjectName, Gap] = unreadable
    for (namespace, _), part in known.items():
        name = (namespace, part.service)
        found[name] = found[name] + part.endpoints if name in found else part.endpoints
    return ObservedEndpoints(found, gaps)


KIND = KindSpec(
    kind="EndpointSlice",
    group="discovery.k8s.io",
    plural="endpointslices",
    record=EndpointSliceRecord,
    fold=lambda: ObjectFold(key=slice_name, value=endpoint_slice),
    fact=FactSpec(type=ObservedEndpoints, build=build),
    read_for=frozenset({Declared.OBJECTS}),
)
