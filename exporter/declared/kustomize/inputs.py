"""Kustomizations read as the settings name them, but for those that Applications deliver."""

from dataclasses import replace

from exporter.declared.helm import Charts
from exporter.declared.kustomize.reader import read
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.reader import Inputs
from exporter.declared.repositories import homes_of, mounted
from exporter.domain.declaration import Reading
from exporter.domain.provenance import Source


async def read_inputs(inputs: Inputs) -> Reading:
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
