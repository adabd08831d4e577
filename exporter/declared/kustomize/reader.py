"""The paths that no Application points at, read as declared workloads."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from exporter.declared import manifests
from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import NAMES
from exporter.declared.kustomize.plain import SUFFIXES
from exporter.declared.kustomize.renderer import Renderer, normal
from exporter.declared.rendered import Rendered
from exporter.domain.declaration import Failure, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Source

SOURCE = Source.KUSTOMIZE


@dataclass(slots=True)
class _Chosen:
    """The paths that patterns name, by pattern, and the patterns that name none."""

    paths: dict[str, list[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


async def read(
    patterns: Sequence[str], *, checkout: Checkout, renderer: Renderer, skip: frozenset[str]
) -> Reading:
    """Return what the paths that *patterns* name declare, without those in *skip*.

    A pattern that names nothing, or only what renders to nothing, is a failure.
    """
    chosen = await asyncio.to_thread(_choose, patterns, checkout)
    passed = {normal(one) for one in skip}
    wanted = [one for paths in chosen.paths.values() for one in paths if one not in passed]
    paths = list(dict.fromkeys(wanted))
    rendered = dict(
        zip(paths, await asyncio.gather(*(renderer.render(one) for one in paths)), strict=True)
    )
    written = [one for each in rendered.values() for one in each.manifests]
    found = await asyncio.to_thread(manifests.read, written)
    empty = _empty(chosen, rendered, checkout)
    return Reading(
        source=SOURCE,
        workloads=found.workloads,
        autoscalers=found.autoscalers,
        stack=found.stack,
        unresolved=(
            *(one for each in rendered.values() for one in each.unresolved),
            *found.unresolved,
        ),
        failures=(
            *chosen.failures,
            *(one for each in rendered.values() for one in each.failures),
            *empty,
        ),
    )


def _choose(patterns: Sequence[str], checkout: Checkout) -> _Chosen:
    chosen = _Chosen()
    for pattern in patterns:
        try:
            chosen.paths[pattern] = _match(pattern, checkout)
        except ReadError as error:
            failure = checkout.failure(SOURCE, error, path=pattern, part=pattern)
            chosen.failures.append(failure)
    return chosen


def _match(pattern: str, checkout: Checkout) -> list[str]:
    found = {normal(one) for one in checkout.match(pattern) if _renders(checkout, one)}
    if not found:
        raise ReadError("matches nothing", reason=Reason.MISSING, path=pattern)
    return sorted(found)


def _renders(checkout: Checkout, path: str) -> bool:
    """Tell whether *path* may be rendered: all but a file of another kind, as a README."""
    return not checkout.is_file(path) or path.endswith((*SUFFIXES, *NAMES))


def _empty(chosen: _Chosen, rendered: dict[str, Rendered], checkout: Checkout) -> list[Failure]:
    """Return a failure for each pattern of whose paths not one says anything."""
    nothing = ReadError("holds no manifests", reason=Reason.MISSING)
    return [
        checkout.failure(SOURCE, nothing, path=pattern, part=pattern)
        for pattern, paths in chosen.paths.items()
        if all(one in rendered and rendered[one] == Rendered() for one in paths)
    ]
