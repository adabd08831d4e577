"""Where Applications are declared: patterns taken apart into what can be rendered."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Source

SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
CHART = "Chart.yaml"


@dataclass(slots=True)
class Entries:
    """Paths to render, each a kustomization's directory or a file of manifests."""

    paths: list[str] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def find(patterns: Sequence[str], checkout: Checkout) -> Entries:
    """Return what *patterns* name.

    A directory stands for the manifests in and below it; one that holds a kustomization, there or
    further down, for what that renders to. Helm charts are unresolved.
    """
    entries = Entries()
    for pattern in patterns:
        try:
            for path in _matched(pattern, checkout):
                _take(path, checkout, entries)
        except ReadError as error:
            entries.failures.append(
                checkout.failure(Source.ARGOCD, error, path=pattern, part=pattern)
            )
    entries.paths = list(dict.fromkeys(entries.paths))
    return entries


def has_kustomization(checkout: Checkout, path: str) -> bool:
    """Tell whether a directory is kustomize's to render."""
    return any(checkout.is_file(posixpath.join(path, name)) for name in KUSTOMIZATIONS)


def has_chart(checkout: Checkout, path: str) -> bool:
    """Tell whether a directory is Helm's to render."""
    return checkout.is_file(posixpath.join(path, CHART))


def _matched(pattern: str, checkout: Checkout) -> list[str]:
    found = checkout.match(pattern)
    if not found:
        raise ReadError("matches nothing", reason=Reason.MISSING, path=pattern)
    return found


def _take(path: str, checkout: Checkout, entries: Entries) -> None:
    if checkout.is_file(path):
        name = posixpath.basename(path)
        if name in KUSTOMIZATIONS:
            entries.paths.append(posixpath.dirname(path))
        elif name.endswith(SUFFIXES):
            entries.paths.append(path)
        return
    files = checkout.files(path, suffixes=(*SUFFIXES, *KUSTOMIZATIONS))
    owned = _owned(files)
    for folder, name in owned.items():
        if _outermost(folder, owned):
            _own(folder, name, checkout, entries)
    entries.paths += [one for one in files if _outermost(one, owned) and one.endswith(SUFFIXES)]


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
    if name == CHART:
        place = checkout.place(Source.ARGOCD, posixpath.join(folder, name), 1)
        message = "a Helm chart is not rendered: Applications in it are not known"
        entries.unresolved.append(Unresolved(place, message))
    else:
        entries.paths.append(folder)
