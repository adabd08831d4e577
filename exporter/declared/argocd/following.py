"""Applications followed to the paths that they deliver, and to what lies there.

An Application is followed where its source is this repository at the revision at hand, and its
destination this cluster. What is found there may be Applications again.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from exporter.declared import manifests
from exporter.declared.argocd.application_sets import make
from exporter.declared.argocd.applications import NAMESPACE, Origin, Parsed, is_in_cluster, parse
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.ignored import pointers
from exporter.declared.argocd.located import Located, UnresolvedError, from_manifest
from exporter.declared.argocd.repositories import Standing
from exporter.declared.argocd.sources import render_source
from exporter.declared.argocd.stack import stack_of
from exporter.declared.rendered import Manifest, Render, Rendered
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    DeclaredAutoscaler,
    DeclaredWorkload,
    Failure,
    Unresolved,
)
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import as_text, dig
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.provenance import Source

MAX_DEPTH = 20
MAX_WORKLOADS = 100_000
AT_ONCE = 16
"""How many sources are looked at before others get their turn: a repository may have thousands."""
GROUP = "argoproj.io"
_NOTES = {
    Standing.OTHER: "and the checkout holds another revision",
    Standing.UNKNOWN: "which this checkout does not know: it is taken for that",
}
_NAME = ("metadata", "name")
_HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")


@dataclass(frozen=True, slots=True)
class _Step:
    """A path that an Application deploys, and how Argo CD is told to render it."""

    application: DeclaredApplication
    path: str
    options: Located


@dataclass(slots=True)
class Following:
    """What was found so far, and the Applications that are still to be followed."""

    files: Files
    render: Render
    applications: dict[ApplicationKey, Parsed] = field(default_factory=dict)
    application_sets: set[str] = field(default_factory=set)
    unevaluated: set[str] = field(default_factory=set)
    paths: dict[str, bool] = field(default_factory=dict)
    workloads: list[DeclaredWorkload] = field(default_factory=list)
    autoscalers: list[DeclaredAutoscaler] = field(default_factory=list)
    stack: list[StackStatement] = field(default_factory=list)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    failures: dict[Failure, None] = field(default_factory=dict)
    waiting: list[Parsed] = field(default_factory=list)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found, and nothing went wrong either."""
        return not (self.applications or self.application_sets or self.unresolved or self.failures)

    async def take(self, rendered: Rendered) -> None:
        """Note the Applications and ApplicationSets among rendered objects."""
        await asyncio.to_thread(self._take, rendered, NAMESPACE)

    async def run(self) -> None:
        """Follow all Applications, level by level; each once, so that cycles end."""
        for _ in range(MAX_DEPTH):
            level, self.waiting = self.waiting, []
            steps = await asyncio.to_thread(self._steps, level)
            rendered = await asyncio.gather(*(self._render(step) for step in steps))
            await asyncio.to_thread(self._deliver, steps, rendered)
        deeper, self.waiting = self.waiting, []
        for parsed in deeper:
            place = parsed.application.place
            self._note([Unresolved(place, f"lies more than {MAX_DEPTH} Applications deep")])

    async def adopt(self, application_sets: Sequence[Manifest]) -> None:
        """Follow those *application_sets* of the cluster that nothing here declares.

        They are no files of ours: what is wrong with them is left open, and is no failure.
        """
        known = dict(self.failures)
        names = frozenset(self.application_sets)
        strange = [
            one for one in application_sets if as_text(dig(one.content, *_NAME)) not in names
        ]
        await self.take(Rendered(manifests=tuple(strange)))
        await self.run()
        for failure in [one for one in self.failures if one not in known]:
            if failure.place.path in {one.place.path for one in strange}:
                del self.failures[failure]
                self._note([Unresolved(failure.place, failure.message)])

    def _take(self, rendered: Rendered, namespace: str) -> None:
        """Note what is declared; it lands in *namespace* where it names none."""
        self._note(rendered.unresolved, rendered.failures)
        for one in rendered.manifests:
            if _is_declaration(one):
                self._read(one, namespace)

    def _read(self, manifest: Manifest, namespace: str) -> None:
        try:
            located = from_manifest(manifest)
            if manifest.kind == "Application":
                self._add(parse(located, home=self.files.home, origin=Origin(namespace)))
            else:
                self._expand(located, namespace)
        except ReadError as error:
            self._fail(error, manifest)

    def _expand(self, located: Located, namespace: str) -> None:
        made = make(located, files=self.files, namespace=namespace)
        self.application_sets.add(made.key.name)
        if not made.complete:
            self.unevaluated.add(made.key.name)
        self._note(made.unresolved, made.failures)
        for parsed in made.applications:
            self._add(parsed)

    def _add(self, parsed: Parsed) -> None:
        application = parsed.application
        known = self.applications.get(application.key)
        if known is None:
            self.applications[application.key] = parsed
            self.waiting.append(parsed)
            self._note(parsed.unresolved)
            self._note_stack(parsed)
        elif known.application.place != application.place:
            first = known.application.place
            message = f"Application {application.key} is declared at {first} already, which counts"
            self._note([Unresolved(application.place, message)])

    def _note_stack(self, parsed: Parsed) -> None:
        """Note what the Application says of the monitoring stack, if it is in this cluster."""
        if not is_in_cluster(parsed.application):
            return
        try:
            for one in stack_of(parsed, self.files):
                if isinstance(one, Unresolved):
                    self._note([one])
                else:
                    self.stack.append(one)
        except ReadError as error:
            part = f"Helm values of Application {parsed.application.key}"
            path = parsed.application.place.path
            checkout = self.files.home.checkout
            self._note([], [checkout.failure(Source.ARGOCD, error, path=path, part=part)])

    def _steps(self, level: Iterable[Parsed]) -> list[_Step]:
        """Return what of these Applications' sources can be rendered here."""
        return [
            _Step(parsed.application, source.path, options)
            for parsed in level
            for source, options in zip(parsed.application.sources, parsed.options, strict=False)
            if self._is_followed(parsed.application, source, options)
        ]

    def _is_followed(
        self, application: DeclaredApplication, source: ApplicationSource, options: Located
    ) -> bool:
        if not source.local or not source.path:
            return False
        home = self.files.home
        standing = home.compare(source.revision)
        if standing is not Standing.SAME:
            what = f"{application.key} deploys {source.revision} of {source.path}"
            note = Unresolved(options.place_of("targetRevision"), f"{what}, {_NOTES[standing]}")
            self._note([note])
        if standing is Standing.OTHER:
            return False
        if source.path not in self.paths:
            self.paths[source.path] = home.checkout.is_dir(source.path)
        return self.paths[source.path] and is_in_cluster(application)

    async def _render(self, step: _Step) -> Rendered:
        checkout = self.files.home.checkout
        key = step.application.key
        try:
            async with self.turns:
                return await render_source(
                    step.path, step.options, render=self.render, checkout=checkout
                )
        except UnresolvedError as error:
            return Rendered(unresolved=(Unresolved(error.place, f"{key}: {error.message}"),))
        except ReadError as error:
            failure = checkout.failure(Source.ARGOCD, error, part=str(key))
            return Rendered(failures=(failure,))

    def _deliver(self, steps: Sequence[_Step], rendered: Sequence[Rendered]) -> None:
        """Note what Applications deliver: workloads, and Applications to follow in turn."""
        for step, one in zip(steps, rendered, strict=True):
            self._take(one, step.application.destination_namespace or NAMESPACE)
            if len(self.workloads) <= MAX_WORKLOADS:
                self._declare(step.application, one)
            else:
                self._refuse(step.application)

    def _declare(self, application: DeclaredApplication, rendered: Rendered) -> None:
        namespace = application.destination_namespace
        found = manifests.read(
            (one for one in rendered.manifests if not _is_hook(one)),
            namespace=namespace,
            application=application.key,
            ignored=lambda one: pointers(application.ignored, one.content, namespace=namespace),
        )
        self.workloads += found.workloads
        self.autoscalers += found.autoscalers
        self.stack += found.stack
        self._note(found.unresolved)

    def _refuse(self, application: DeclaredApplication) -> None:
        message = f"Applications deliver more than {MAX_WORKLOADS:,} workloads"
        error = ReadError(message, reason=Reason.TOO_LARGE, path=application.place.path)
        checkout = self.files.home.checkout
        self._note([], [checkout.failure(Source.ARGOCD, error, part=str(application.key))])

    def _fail(self, error: ReadError, manifest: Manifest) -> None:
        name = as_text(dig(manifest.content, "metadata", "name"))
        part = f"{manifest.kind} {name}".strip()
        failure = self.files.home.checkout.failure(
            Source.ARGOCD, error, path=manifest.place.path, part=part
        )
        self._note([], [failure])

    def _note(self, unresolved: Iterable[Unresolved], failures: Iterable[Failure] = ()) -> None:
        self.unresolved.update(dict.fromkeys(unresolved))
        self.failures.update(dict.fromkeys(failures))


def _is_declaration(manifest: Manifest) -> bool:
    group = as_text(manifest.content.get("apiVersion")).partition("/")[0]
    return group == GROUP and manifest.kind in {"Application", "ApplicationSet"}


def _is_hook(manifest: Manifest) -> bool:
    """Tell whether an object only lives during a sync."""
    return any(as_text(dig(manifest.content, "metadata", "annotations", name)) for name in _HOOKS)
