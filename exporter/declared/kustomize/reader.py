"""The paths that no Application points at, read as declared workloads."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.declared import manifests, tracing
from exporter.declared.accounting import APPLICATIONS, Origin, account, told
from exporter.declared.checkout import Checkout
from exporter.declared.kinds import group, is_declaration
from exporter.declared.kustomize.kustomization import NAMES
from exporter.declared.kustomize.plain import SUFFIXES
from exporter.declared.kustomize.renderer import normal
from exporter.declared.machines.objects import makes_machines
from exporter.declared.machines.objects import rendered as rendered_pools
from exporter.declared.remembered import Remembered, recalled, remembering
from exporter.declared.remembered import told as told_of
from exporter.declared.rendered import Manifest, Render, Rendered
from exporter.declared.units import Rendering, Unit, Units
from exporter.domain.declaration import (
    DeclaredAutoscaler,
    DeclaredObject,
    DeclaredWorkload,
    Failure,
    Reading,
)
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.provenance import Source

SOURCE = Source.KUSTOMIZE


@dataclass(slots=True)
class _Chosen:
    """The paths that patterns name, by pattern, and those that a pattern named which now fails."""

    paths: dict[str, list[str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


async def read(  # noqa: PLR0913 - all that may decide what is declared
    patterns: Sequence[str],
    *,
    checkout: Checkout,
    render: Render,
    skip: frozenset[str],
    memory: Remembered | None = None,
    followed: frozenset[tuple[str, int]] = frozenset(),
    cluster: str = "",
    units: Units | None = None,
) -> Reading:
    """Return what the paths that *patterns* name declare, without those in *skip*.

    A pattern that names nothing, or only what renders to nothing, is a failure. What is broken
    counts as *memory* has it. *followed* are the places (path and line) of the Applications that
    the reader of Argo CD accounts for. *cluster* is what the settings call this one. With *units*,
    what their parts declare is left to these.
    """
    memory = memory or Remembered()
    chosen = await asyncio.to_thread(_choose, patterns, checkout, memory)
    passed = {normal(pattern) for pattern in skip}
    wanted = [path for paths in chosen.paths.values() for path in paths if path not in passed]
    paths = list(dict.fromkeys(wanted))
    overlays = _Overlays(checkout, followed, units)
    remembered = remembering(render, memory)
    renderings = await asyncio.gather(*(overlays.render(path, remembered) for path in paths))
    found = dict(zip(paths, renderings, strict=True))
    gone = (path for path in chosen.gone if path not in passed and path not in found)
    found |= {path: Rendering(recalled(memory, path)) for path in gone}
    await asyncio.to_thread(overlays.take, found)
    items = _each_once(overlays.items)
    pools = rendered_pools(
        (manifest for one in found.values() for manifest in one.rendered.manifests),
        cluster=cluster,
    )
    return Reading(
        source=SOURCE,
        workloads=tuple(overlays.workloads),
        objects=tuple(overlays.objects),
        autoscalers=tuple(overlays.autoscalers),
        groups=pools.groups,
        gaps=pools.gaps,
        stack=tuple(overlays.stack),
        unresolved=tuple(dict.fromkeys(told(items))),
        failures=(
            *chosen.failures,
            *(failure for one in found.values() for failure in one.rendered.failures),
            *_empty(chosen, found, checkout),
        ),
        items=items,
    )


@dataclass(slots=True)
class _Overlays:
    """What overlays declare; what *units* know of them, if anything does, is left to these."""

    checkout: Checkout
    followed: frozenset[tuple[str, int]]
    units: Units | None
    workloads: list[DeclaredWorkload] = field(default_factory=list)
    objects: list[DeclaredObject] = field(default_factory=list)
    autoscalers: list[DeclaredAutoscaler] = field(default_factory=list)
    stack: list[StackStatement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    async def render(self, path: str, render: Render) -> Rendering:
        """Render an overlay, or tell which unit stands for it."""
        unit = self.units.find(_key(path), b"") if self.units else None
        if unit is not None:
            return Rendering(unit=unit)
        trace = tracing.begun()
        with tracing.into(trace):
            return Rendering(await render(path), trace)

    def take(self, renderings: Mapping[str, Rendering]) -> None:
        """Note what each path declares."""
        for path, one in renderings.items():
            if one.unit is not None and self.units is not None:
                self.units.reuse(_key(path), one.unit)
                self.stack += one.unit.stack
            else:
                self._declare(path, one)

    def _declare(self, path: str, one: Rendering) -> None:
        with tracing.into(one.trace):
            found = _declared(path, one.rendered, self.checkout, self.followed)
        tracing.add(one.trace)
        self.stack += found.stack
        if self.units is None:
            self.workloads += found.workloads
            self.objects += found.objects
            self.autoscalers += found.autoscalers
            self.items += found.items
        elif one.trace is None or not _is_unit(one.rendered):
            self.items += found.items
            self.units.declare(replace(found, stack=(), items=()))
        else:
            self.units.remember(_key(path), Unit(inputs=b"", stack=found.stack), one.trace)
            self.units.declare(replace(found, stack=()), key=_key(path))


def _key(path: str) -> tuple[str, str]:
    return "overlay", path


def _is_unit(rendered: Rendered) -> bool:
    """Tell whether what is rendered counts by itself, whatever other overlays and sources say."""
    return not (
        rendered.failures
        or _is_nothing(rendered)
        or any(
            is_declaration(one.content) or makes_machines(group(one.content))
            for one in rendered.manifests
        )
    )


def _declared(
    path: str, rendered: Rendered, checkout: Checkout, followed: frozenset[tuple[str, int]]
) -> manifests.Workloads:
    """Return what one path declares, and the items of all of it."""
    kind = "File" if checkout.is_file(path) else "Directory"
    subject = Subject(kind, "", path or ".")
    place = checkout.place(SOURCE, path or ".")
    origin = Origin(source=SOURCE, subject=subject, place=place, path=path)
    found = manifests.read(rendered.manifests, origin=subject)
    strangers = (
        _stranger(manifest)
        for manifest in rendered.manifests
        if is_declaration(manifest.content)
        and (manifest.place.path, manifest.place.line) not in followed
    )
    return replace(found, items=(*account(rendered, origin), *found.items, *strangers))


def _stranger(manifest: Manifest) -> Item:
    """Return an Application that nobody follows, as this setting does not ask for it."""
    try:
        subject = manifests.subject_of(manifest)
    except ParseError:
        subject = Subject("File", "", manifest.place.path)
    return Item(
        source=SOURCE,
        subject=subject,
        state=ItemState.UNRESOLVED,
        place=manifest.place,
        layers=APPLICATIONS,
        message="nobody follows it to what it delivers",
        advice="name its path in declared.argocd, too",
    )


def _each_once(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return *items*, of those that only tell where something is broken one for each subject."""
    kept: dict[tuple[int, Subject], Item] = {}
    for index, item in enumerate(items):
        kept.setdefault((index if item.size else -1, item.subject), item)
    return tuple(kept.values())


def _choose(patterns: Sequence[str], checkout: Checkout, memory: Remembered) -> _Chosen:
    chosen = _Chosen()
    for pattern in patterns:
        key = ("pattern", pattern)
        try:
            chosen.paths[pattern] = _match(pattern, checkout)
            memory.keep(key, tuple(chosen.paths[pattern]))
        except ReadError as error:
            known = memory.recall(key, tuple)
            chosen.gone += known.value if known else ()
            failed = told_of(error, known.told) if known else error
            chosen.failures.append(checkout.failure(SOURCE, failed, path=pattern, part=pattern))
    return chosen


def _match(pattern: str, checkout: Checkout) -> list[str]:
    found = {normal(path) for path in checkout.match(pattern) if _renders(checkout, path)}
    if not found:
        raise ReadError("matches nothing", reason=Reason.MISSING, path=pattern)
    return sorted(found)


def _renders(checkout: Checkout, path: str) -> bool:
    """Tell whether *path* may be rendered: all but a file of another kind, as a README."""
    return not checkout.is_file(path) or path.endswith((*SUFFIXES, *NAMES))


def _empty(chosen: _Chosen, found: Mapping[str, Rendering], checkout: Checkout) -> list[Failure]:
    """Return a failure for each pattern of whose paths not one says anything."""
    nothing = ReadError("holds no manifests", reason=Reason.MISSING)
    return [
        checkout.failure(SOURCE, nothing, path=pattern, part=pattern)
        for pattern, paths in chosen.paths.items()
        if all(path in found and _holds_nothing(found[path]) for path in paths)
    ]


def _holds_nothing(rendering: Rendering) -> bool:
    return rendering.unit is None and _is_nothing(rendering.rendered)


def _is_nothing(rendered: Rendered) -> bool:
    """Tell whether a path holds neither an object nor anything that could be one."""
    reasons = (omission for omission in rendered.left_out if omission.state.is_reason)
    return not (rendered.manifests or rendered.failures or any(reasons))
