"""A dump of the cluster: of what the settings judge by, or without settings of all it lists."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exporter.app.choices import looked_at
from exporter.app.conformance import say_nothing
from exporter.declared.declare import Declarations, Run, here
from exporter.domain.errors import SettingsError
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.foreign.clock import SYSTEM
from exporter.observed.dump.served import Discovered, ServedKind, discover_all
from exporter.observed.dump.source import Kubectl, reach
from exporter.observed.dump.write import Dump, Dumped, prepare, put
from exporter.observed.kinds import KINDS, KindSpec, kinds_for
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.discovery import Answering, discover
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.followed import by_kind
from exporter.observed.kubernetes.login import Configured
from exporter.observed.objects import NEVER_READ
from exporter.registries import ChartFetcher
from exporter.settings.load import Loaded
from exporter.settings.observed import KubernetesSettings

CONFIG_MAPS: Final = "configmaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpOptions:
    """How a cluster is dumped: into which *folder*, as which client knows it, *mask*ed or not.

    The program *kubectl* is asked where there is one; None is our own client.
    """

    folder: Path
    context: str = ""
    kubeconfig: Path | None = None
    mask: bool = False
    kubectl: str | None = "kubectl"


async def dump(
    options: DumpOptions,
    loaded: Loaded | None,
    *,
    tell: Callable[[str], None] = say_nothing,
    run: Run = here,
) -> Dumped:
    """Write a dump and return what it holds.

    Raises :exc:`SettingsError` where it cannot be written or nobody can be asked so, and
    :exc:`UnreachableError` where nobody answers.
    """
    kubernetes = (loaded and loaded.settings.observed.kubernetes) or KubernetesSettings()
    cluster = _cluster(options, loaded, kubernetes)
    try:
        tell("looking at the cluster")
        version = await reach(cluster)
        prepare(options.folder)
        target = Dump(
            cluster=cluster,
            folder=options.folder,
            namespaces=kubernetes.namespaces,
            mask=options.mask,
        )
        put(options.folder / "version.json", [version])
        found = await _discovered(cluster, target)
        if loaded is None:
            kinds = _with_known(found.kinds)
        else:
            tell("reading the repository")
            kinds = await _needed(loaded, target, run=run)
        tell("dumping the cluster")
        await target.write(kinds)
        if _renders(loaded) and not any(kind.resource == CONFIG_MAPS for kind in kinds):
            await target.rules()
    finally:
        await cluster.close()
    return target.done


def _renders(loaded: Loaded | None) -> bool:
    """Tell whether anything is rendered by Argo CD's rules."""
    return loaded is None or bool(loaded.settings.declared.argocd)


def _cluster(
    options: DumpOptions, loaded: Loaded | None, kubernetes: KubernetesSettings
) -> Answering:
    path = options.kubeconfig
    if path is None and loaded is not None and kubernetes.kubeconfig:
        path = loaded.path(kubernetes.kubeconfig)
    program = shutil.which(options.kubectl) if options.kubectl else None
    if program is not None:
        words = [f"--context={options.context}"] if options.context else []
        words += [f"--kubeconfig={path}"] if path else []
        return Kubectl(program, tuple(words))
    if options.context:
        raise SettingsError(["--context: needs kubectl, which is not on PATH"])
    return Api(Configured(path, SYSTEM))


async def _discovered(cluster: Answering, target: Dump) -> Discovered:
    """Ask which kinds there are, which charts may ask for, too, and keep the answers."""
    try:
        found = await discover_all(cluster)
    except WatchError as error:
        target.done.lacking["the list of kinds"] = error.message
        return Discovered([], [], [])
    for group in found.refused:
        target.done.lacking[group] = "its kinds are not told"
    put(target.folder / "apis.json", [document + b"\n" for document in found.documents])
    return found


def _with_known(served: Iterable[ServedKind]) -> list[ServedKind]:
    """Return all that is *served*, and of what facts are made of what is not, as empty."""
    known = {(kind.group, kind.kind): _of(kind) for kind in KINDS}
    others = [kind for kind in served if (kind.group, kind.kind) not in known]
    return sorted([*known.values(), *others])


async def _needed(loaded: Loaded, target: Dump, *, run: Run) -> list[ServedKind]:
    """Return the kinds that the checks judge by, and those of which code declares objects.

    Of what discovery does not know nothing is asked: the code may name anything a kind, and what
    its resource is called would be guessed.
    """
    needs = looked_at(loaded.settings)
    found = {(kind.group, kind.kind): _of(kind) for kind in kinds_for(needs)}
    if ObservedObjects in needs:
        declarations = Declarations(loaded, run=run, registries=ChartFetcher.of(loaded))
        state = await declarations.read(at=SYSTEM.now())
        objects = state.facts.find(DeclaredObjects) or DeclaredObjects({})
        for kind, declared in by_kind(objects).items():
            if kind in NEVER_READ or (kind.group, kind.kind) in found:
                continue
            try:
                served = await discover(target.cluster, kind, declared=declared.versions)
            except WatchError as error:
                target.done.lacking[kind.resource] = error.message
                continue
            found[kind.group, kind.kind] = ServedKind(
                group=kind.group,
                version=served.version if served else next(iter(declared.versions), "v1"),
                plural=served.plural if served else kind.resource.partition(".")[0],
                kind=kind.kind,
                namespaced=served.namespaced if served else True,
                served=served is not None,
            )
    return sorted(found.values())


def _of(kind: KindSpec) -> ServedKind:
    return ServedKind(
        group=kind.group,
        version=kind.version,
        plural=kind.plural,
        kind=kind.kind,
        namespaced=kind.namespaced,
    )
