"""Where Applications are declared: patterns taken apart into what can be rendered."""

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from exporter.declared.accounting import APPLICATIONS
from exporter.declared.checkout import Checkout
from exporter.declared.remembered import Remembered, told
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Source

SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
CHART = "Chart.yaml"
JSONNET = ".jsonnet"
NAME_IT = (
    "if somebody installs this chart, name it by itself in declared.argocd, and its values in "
    "declared.charts.roots"
)


@dataclass(slots=True)
class Entries:
    """Paths to render, each a kustomization's directory or a file of manifests.

    *charts* are directories among them that helm renders. *gone* are those that a pattern which now
    fails named when it last named any; *items* are what nobody renders.
    """

    paths: list[str] = field(default_factory=list)
    charts: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def find(
    patterns: Sequence[str],
    checkout: Checkout,
    *,
    memory: Remembered | None = None,
    roots: Collection[str] = (),
) -> Entries:
    """Return what *patterns* name, or named when *memory* could last tell.

    A directory stands for the manifests in and below it; one that holds a kustomization, there or
    further down, for what that renders to. A Helm chart is rendered where it is named by itself, or
    is one of *roots*; one that is merely found there may be anything. Jsonnet is not rendered.
    """
    entries, memory = Entries(), memory or Remembered()
    for pattern in patterns:
        found = Entries()
        try:
            _take_all(pattern, checkout, found, frozenset({*roots, _normal(pattern)}))
            memory.keep(("pattern", pattern), tuple(found.paths))
        except ReadError as error:
            known = memory.recall(("pattern", pattern), tuple)
            entries.gone += known.value if known else ()
            failed = told(error, known.told) if known else error
            entries.failures.append(
                checkout.failure(Source.ARGOCD, failed, path=pattern, part=pattern)
            )
        entries.paths += found.paths
        entries.charts |= found.charts
        entries.items += found.items
    entries.gone = [one for one in dict.fromkeys(entries.gone) if one not in entries.paths]
    entries.paths = list(dict.fromkeys(entries.paths))
    items = {one.subject: one for one in entries.items}
    entries.items = [one for one in items.values() if one.subject.name not in entries.charts]
    return entries


def _normal(path: str) -> str:
    normal = posixpath.normpath(path.strip("/") or ".")
    return "" if normal == "." else normal


def _take_all(
    pattern: str, checkout: Checkout, entries: Entries, installed: Collection[str]
) -> None:
    for path in _matched(pattern, checkout):
        _take(path, checkout, entries, installed)
    if not (entries.paths or entries.items):
        raise ReadError("holds no manifests", reason=Reason.MISSING, path=pattern)


def has_kustomization(checkout: Checkout, path: str) -> bool:
    """Tell whether a directory is kustomize's to render."""
    return any(checkout.is_file(posixpath.join(path, name)) for name in KUSTOMIZATIONS)


def has_chart(checkout: Checkout, path: str) -> bool:
    """Tell whether a directory is Helm's to render: any name that ends so is enough for Argo CD."""
    return any(posixpath.basename(one).endswith(CHART) for one in checkout.here(path))


def _matched(pattern: str, checkout: Checkout) -> list[str]:
    found = checkout.match(pattern)
    if not found:
        raise ReadError("matches nothing", reason=Reason.MISSING, path=pattern)
    return found


def _take(path: str, checkout: Checkout, entries: Entries, installed: Collection[str]) -> None:
    if checkout.is_file(path):
        name = posixpath.basename(path)
        if name in KUSTOMIZATIONS:
            entries.paths.append(posixpath.dirname(path))
        else:
            _file(path, checkout, entries)
        return
    files = checkout.files(path, suffixes=(*SUFFIXES, *KUSTOMIZATIONS, JSONNET))
    owned = _owned(files)
    for folder, name in owned.items():
        if _outermost(folder, owned):
            if name == CHART and folder in installed:
                entries.charts.add(folder)
            _own(folder, name, checkout, entries)
    for file in files:
        if _outermost(file, owned):
            _file(file, checkout, entries)


def _file(path: str, checkout: Checkout, entries: Entries) -> None:
    if path.endswith(SUFFIXES):
        entries.paths.append(path)
    elif path.endswith(JSONNET):
        entries.items.append(_not_rendered("File", path, "jsonnet is not evaluated", checkout))


def _owned(files: Sequence[str]) -> dict[str, str]:
    """Return the directories that a tool renders as a whole, each with the file that says so."""
    found = {}
    for file in files:
        folder, name = posixpath.split(file)
        if name in KUSTOMIZATIONS or (name == CHART and folder not in found):
            found[folder] = name
    return found


def _outermost(path: str, owned: dict[str, str]) -> bool:
    """Tell whether no directory around *path* is rendered as a whole."""
    here = path
    while here:
        here = posixpath.dirname(here)
        if here in owned:
            return False
    return True


def _own(folder: str, name: str, checkout: Checkout, entries: Entries) -> None:
    if name == CHART and folder not in entries.charts:
        message = "a Helm chart is not rendered: Applications in it are not known"
        item = _not_rendered("Directory", folder, message, checkout)
        entries.items.append(msgspec.structs.replace(item, advice=NAME_IT))
    else:
        entries.paths.append(folder)


def _not_rendered(kind: str, path: str, message: str, checkout: Checkout) -> Item:
    file = posixpath.join(path, CHART) if kind == "Directory" else path
    return Item(
        source=Source.ARGOCD,
        subject=Subject(kind, "", path or "."),
        state=ItemState.NOT_RENDERED,
        place=checkout.place(Source.ARGOCD, file, 1),
        layers=APPLICATIONS,
        message=message,
    )
