"""What Kustomize overlays and directories of plain manifests declare."""

from dataclasses import replace

from exporter.declared.helm import Charts
from exporter.declared.kustomize.reader import read
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.reader import OBJECTS, Inputs, Reader
from exporter.declared.repositories import homes_of, mounted
from exporter.domain.declaration import Reading
from exporter.domain.objects import DeclaredObjects
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.model import Settings


def _facts(settings: Settings) -> frozenset[type]:
    return frozenset({DeclaredObjects, DeclaredWorkloads} if settings.declared.kustomize else ())


async def _read(inputs: Inputs) -> Reading:
    """Render what no Application points at."""
    declared = inputs.loaded.settings.declared
    by_applications = inputs.delivered_by(Source.ARGOCD)
    charts = Charts.of(inputs.loaded, memory=inputs.memory, failed=inputs.unfetched)
    renderer = Renderer(
        checkout=mounted(inputs.checkout, homes_of(inputs)),
        allow_remote=declared.allow_remote_bases,
        source=Source.KUSTOMIZE,
        charts=charts,
    )
    reading = await read(
        declared.kustomize,
        checkout=inputs.checkout,
        render=renderer.render,
        memory=inputs.memory,
        skip=by_applications.delivered,
        followed=by_applications.declarations,
        cluster=inputs.loaded.cluster.name,
        units=inputs.units,
    )
    return replace(reading, charts=tuple(charts.archives.requests))


READER = Reader(
    source=Source.KUSTOMIZE,
    layers=OBJECTS,
    facts=_facts,
    read=_read,
    in_parts=True,
    after=(Source.ARGOCD,),
)

__all__ = ["READER", "Renderer", "read"]
