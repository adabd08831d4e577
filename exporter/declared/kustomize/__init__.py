"""What Kustomize overlays and directories of plain manifests declare."""

from exporter.declared.reader import OBJECTS, Inputs, Reader
from exporter.domain.declaration import Reading
from exporter.domain.objects import DeclaredObjects
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    return frozenset({DeclaredObjects, DeclaredWorkloads} if settings.declared.kustomize else ())


async def _read(inputs: Inputs) -> Reading:
    from exporter.declared.kustomize.inputs import read_inputs  # noqa: PLC0415 - only workers read

    return await read_inputs(inputs)


READER = Reader(
    source=Source.KUSTOMIZE,
    layers=OBJECTS,
    facts=_facts,
    read=_read,
    in_parts=True,
    after=(Source.ARGOCD,),
)
