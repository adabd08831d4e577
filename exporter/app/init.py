"""``init``: looks at a repository and a cluster, and writes the first settings."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from exporter.app.beginning.hints import Hints, hints
from exporter.app.beginning.settings import Beginning, chart_values, conformance_yaml
from exporter.app.conformance import declare_once, say_nothing
from exporter.app.dump import DumpOptions, dump
from exporter.declared.checkout import Checkout
from exporter.declared.confined import Workers
from exporter.declared.repository import GitState, describe
from exporter.declared.survey.found import Asked, Survey
from exporter.domain.applications import DeclaredApplications
from exporter.domain.errors import ReadError, SettingsError, UnreachableError
from exporter.domain.observation import Observation
from exporter.observed import snapshot
from exporter.settings.load import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """Where to look: at *repository*, and at a dump or, with *cluster*, the cluster itself.

    *settings* is the file to be written, from whose folder paths are told.
    """

    repository: Path
    settings: Path
    dumped: Path | None = None
    cluster: bool = True
    context: str = ""
    kubeconfig: Path | None = None
    kubectl: str | None = "kubectl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The texts of the settings and of the chart's values, and what was found."""

    settings: str
    values: str
    found: Beginning


async def init(
    options: InitOptions, *, workers: Workers, tell: Callable[[str], None] = say_nothing
) -> Begun:
    """Look and return what to write; raises :exc:`SettingsError` where there is no repository.

    What stands in the repository is read in a worker, as ever. No cluster is no error: then the
    repository alone is the source of guesses, and the text says why.
    """
    try:
        checkout = Checkout.at(options.repository)
    except ReadError as error:
        raise SettingsError([str(error)]) from None
    tell("looking at the cluster")
    seen, unobserved = await _observe(options, tell)
    known = await asyncio.to_thread(hints, seen)
    tell("looking through the repository")
    git, survey = await _survey(checkout, known, workers)
    found = Beginning(
        path=_relative(checkout.root, options.settings),
        remote=git.url,
        reference=git.reference,
        survey=survey,
        hints=known,
        snapshot=_relative(options.dumped, options.settings) if options.dumped else "",
        kubeconfig=_relative(options.kubeconfig, options.settings) if options.kubeconfig else "",
        unobserved=unobserved,
    )
    found = await _without_delivered(found, options, workers)
    return Begun(settings=conformance_yaml(found), values=chart_values(found), found=found)


async def _without_delivered(found: Beginning, options: InitOptions, workers: Workers) -> Beginning:
    """Leave out kustomizations that an Application delivers which only the readers see.

    ApplicationSets and charts make Applications that stand in no file.
    """
    survey = found.survey
    if not (survey.kustomizations and survey.argocd):
        return found
    without = replace(found, survey=msgspec.structs.replace(survey, kustomizations=()))
    folder = options.settings.absolute().parent
    loaded = parse(conformance_yaml(without), name=options.settings.name, folder=folder)
    declared = (await declare_once(loaded, run=workers.read)).facts.find(DeclaredApplications)
    paths = {
        source.path
        for application in (declared.applications.values() if declared else ())
        for source in application.sources
        if source.local
    }
    left = tuple(one for one in survey.kustomizations if one.path not in paths)
    return replace(found, survey=msgspec.structs.replace(survey, kustomizations=left))


async def _survey(checkout: Checkout, known: Hints, workers: Workers) -> tuple[GitState, Survey]:
    nodes = {name: dict(labels) for name, labels in known.nodes.items()}
    asked = Asked(root=str(checkout.root), nodes=nodes, addresses=known.addresses)
    try:
        git = await describe(checkout.root)
    except ReadError:
        git = GitState()
    try:
        return git, await workers.survey(checkout, asked)
    except ReadError as error:
        raise SettingsError([f"{checkout.root}: {error}"]) from None


async def _observe(
    options: InitOptions, tell: Callable[[str], None]
) -> tuple[Observation | None, str]:
    """Return what is known of the cluster, or why nothing is."""
    with ExitStack() as stack:
        folder = options.dumped
        if folder is None and not options.cluster:
            return None, "nobody asked to look at one"
        if folder is None:
            made = stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-"))
            folder = Path(made) / "dump"
            chosen = DumpOptions(
                folder=folder,
                context=options.context,
                kubeconfig=options.kubeconfig,
                kubectl=options.kubectl,
            )
            try:
                await dump(chosen, None, tell=tell)
            except UnreachableError as error:
                return None, str(error)
        try:
            return await asyncio.to_thread(snapshot.read, folder), ""
        except ReadError as error:
            if options.dumped is not None:
                raise SettingsError([str(error)]) from None
            return None, str(error)


def _relative(path: Path, settings: Path) -> str:
    """Return *path* as the settings name it: relative to their folder where that is short."""
    whole, folder = path.resolve(), settings.resolve().parent
    relative = os.path.relpath(whole, folder)
    return str(whole) if relative.startswith(os.path.join("..", "..", "..")) else relative  # noqa: PTH118 - as a text


def without_cluster(begun: Begun) -> bool:
    """Tell whether nothing is known of a cluster, so that only the code can be judged."""
    return bool(begun.found.unobserved)
