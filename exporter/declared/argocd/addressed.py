"""The Applications of this repository, by the address that the settings or Git give it."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.platform import notes, observed_rules
from exporter.declared.argocd.reader import Followed, read
from exporter.declared.helm import Charts
from exporter.declared.kustomize.program import find_kustomize
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.reader import Inputs
from exporter.declared.repositories import Further, Home, homes_of, mounted
from exporter.declared.repository import is_remote
from exporter.domain.addresses import normalise
from exporter.domain.declaration import Deliveries, Reading, Unresolved
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Source


async def read_inputs(inputs: Inputs) -> Reading:
    """Read the Applications that the settings name, and what they deliver."""
    settings = inputs.loaded.settings.declared.charts
    version = settings.argocd or inputs.platform.argocd_version
    inputs = replace(inputs, platform=replace(inputs.platform, argocd_version=version))
    charts = Charts.of(
        inputs.loaded,
        memory=inputs.memory,
        failed=inputs.unfetched,
        platform=inputs.platform,
        questions=inputs.questions,
    )
    followed = await _follow(inputs, charts)
    observed = observed_rules(inputs.platform)
    remarks = notes(
        inputs.platform,
        settings,
        kustomize=await _kustomize(inputs.platform.kustomize),
        declared=followed.rules,
        observed=observed,
    )
    refresh = (followed.rules or observed.rules).refresh
    reading = followed.reading
    return replace(
        reading,
        charts=tuple(charts.archives.requests),
        unresolved=(*reading.unresolved, *remarks),
        deliveries=Deliveries(
            application_sets=followed.application_sets,
            unevaluated=followed.unevaluated,
            paths=followed.paths,
            delivered=followed.delivered,
            declarations=followed.declarations,
            hiding=followed.hiding,
            refresh=None if refresh is None else ceil(refresh.total_seconds()),
        ),
    )


async def _kustomize(wanted: str) -> str:
    """Return which kustomize builds where a version is *wanted*; empty where there is none."""
    try:
        return await (await find_kustomize(wanted)).version() if wanted else ""
    except ReadError:
        return ""  # each kustomization says so


async def _follow(inputs: Inputs, charts: Charts) -> Followed:
    """Follow the Applications of this repository.

    It is known by the address in the settings, else by the checkout's own remote, else by its
    paths: so, too, where that remote is a mirror or a fork that no Application names.
    """
    address = inputs.git.url if is_remote(inputs.git.url) else ""
    known = frozenset({address} - {""})
    homes = homes_of(inputs)
    renderer = Renderer(
        checkout=mounted(inputs.checkout, homes),
        allow_remote=inputs.loaded.settings.declared.allow_remote_bases,
        source=Source.ARGOCD,
        charts=charts,
        kustomize=inputs.platform.kustomize,
    )
    followed = await _follow_from(inputs, renderer, known)
    applications = followed.reading.applications
    strange = not any(source.local for one in applications for source in one.sources)
    if not known or inputs.loaded.repository.url or not applications or not strange:
        return followed
    by_path = await _follow_from(inputs, renderer, frozenset())
    message = (
        f"no Application names {address}; sources count as this repository's where their path "
        "exists, until repository.url says better"
    )
    note = Unresolved(inputs.checkout.place(Source.REPOSITORY, ".git/config"), message)
    reading = by_path.reading
    return replace(by_path, reading=replace(reading, unresolved=(*reading.unresolved, note)))


async def _follow_from(inputs: Inputs, renderer: Renderer, addresses: frozenset[str]) -> Followed:
    own = inputs.loaded.cluster
    called = Cluster.called(own.destinations) if own.destinations else Cluster()
    return await read(
        inputs.loaded.settings.declared.argocd,
        home=Home(
            checkout=inputs.checkout,
            addresses=frozenset(map(normalise, addresses)),
            reference=inputs.git.reference,
            references=inputs.git.references,
        ),
        render=renderer.render,
        cluster=replace(called, name=own.name),
        memory=inputs.memory,
        running=inputs.running,
        overrides=inputs.overrides,
        further=[_further(home, renderer, homes_of(inputs)) for home in homes_of(inputs)[1:]],
        units=inputs.units,
        ruled=observed_rules(inputs.platform).rules,
        renderings=inputs.renderings,
        roots=inputs.loaded.settings.declared.charts.roots,
    )


def _further(home: Home, renderer: Renderer, homes: Sequence[Home]) -> Further:
    return Further(home, renderer.elsewhere(mounted(home.checkout, homes)).render)
