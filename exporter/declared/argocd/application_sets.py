"""ApplicationSets: from a manifest to the Applications that it makes.

Source: Argo CD, ``applicationset/controllers/template`` (``GenerateApplications``,
``applyTemplatePatch``) and ``applicationset/generators`` (``mergeGeneratorTemplate``).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from exporter.declared.argocd.applications import Origin, Parsed, key_of, parse
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.generators import Generators, asks_for_clusters, kinds_of
from exporter.declared.argocd.git_generator import GitGenerator
from exporter.declared.argocd.ignored import left_to_others
from exporter.declared.argocd.selectors import as_text
from exporter.declared.argocd.templating import Parameters, Templating
from exporter.declared.located import LocatedTree, UnresolvedError, flatten, from_plain
from exporter.domain.declaration import ApplicationKey, Failure, Unresolved
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.json import Json
from exporter.domain.provenance import Located, Source
from exporter.foreign import yaml

_IDENTITY = re.compile(
    r"(?m)^[^\S\n]*(?:-[^\S\n]+)?[\"']?(?:name|source|sources|path|destination)[\"']?\s*:"
)
_DIRECTIVES = ("$patch", "$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList")


@dataclass(slots=True)
class Made:
    """What an ApplicationSet makes, and what of it could not be told.

    *complete* is false where there may be more Applications than these, about as many as *lost*
    says.
    """

    key: ApplicationKey
    applications: list[Parsed] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    complete: bool = True
    lost: int = 0


def make(
    manifest: LocatedTree, *, files: Files, namespace: str, cluster: Cluster | None = None
) -> Made:
    """Return the Applications of an ApplicationSet; raises :exc:`ReadError` where it has no name.

    Of those that it makes for each cluster there is, they are those for *cluster*.

    One that fails loses itself only; a generator that fails or cannot be told leaves the set
    incomplete.
    """
    made = Made(key_of(manifest, namespace))
    try:
        _Maker(manifest, files, made, cluster or Cluster()).all()
    except ReadError as error:
        _lose(made, error, manifest, files)
    return made


def _lose(made: Made, error: ReadError, near: LocatedTree, files: Files, *, lost: int = 1) -> None:
    part = f"ApplicationSet {made.key}"
    checkout = files.home.checkout
    made.complete = False
    made.lost += lost
    made.failures.append(checkout.failure(Source.ARGOCD, error, path=near.place.path, part=part))


class _Maker:
    """Makes the Applications of one set."""

    def __init__(self, manifest: LocatedTree, files: Files, made: Made, cluster: Cluster) -> None:
        self.manifest = manifest
        self.spec = manifest.object("spec")
        self.files = files
        self.made = made
        self.templating = Templating(
            budget=files.budget,
            go=self.spec.flag("goTemplate"),
            strict="missingkey=error" in self.spec.texts("goTemplateOptions"),
        )
        self.generators = Generators(
            git=GitGenerator(files=files, templating=self.templating),
            templating=self.templating,
            cluster=cluster,
            text=json.dumps(self.spec.plain(), ensure_ascii=False) if self.for_clusters else "",
        )

    @property
    def for_clusters(self) -> bool:
        """Whether it makes something for each cluster there is."""
        return any(map(asks_for_clusters, self.spec.list("generators")))

    def all(self) -> None:
        """Make all that can be made; raises :exc:`ReadError` where the set itself is malformed."""
        if not self.spec.has("generators"):
            raise self.spec.wrong("an ApplicationSet without generators")
        for generator in self.spec.list("generators"):
            kinds = kinds_of(generator)
            if not kinds:
                error = generator.wrong("holds no generator that Argo CD knows")
                _lose(self.made, error, generator, self.files)
            for kind in kinds:
                self.of_generator(generator, kind)

    def of_generator(self, generator: LocatedTree, kind: str) -> None:
        try:
            template = _merged(generator.object(kind).object("template"), self.template)
            found = self.generators.evaluate(generator, kind)
            self.templating.budget.make(len(found), generator.place)
        except ReadError as error:
            lost = self.generators.estimate(generator, kind)
            _lose(self.made, error, generator, self.files, lost=lost)
        except UnresolvedError as error:
            self.leave(error)
        else:
            if asks_for_clusters(generator):
                self.made.complete = False  # it makes others, for clusters that nobody knows here
            for parameters in found:
                self.application(template, parameters)

    @property
    def template(self) -> LocatedTree:
        return self.spec.object("template")

    def application(self, template: LocatedTree, parameters: Parameters) -> None:
        place = parameters.place or self.manifest.place
        try:
            filled = self.templating.tree(template, parameters)
            fields = dict(self.patched(filled, parameters).fields)
            metadata = fields.get("metadata", LocatedTree({}, place))
            fields["metadata"] = LocatedTree(
                {**metadata.fields, "namespace": LocatedTree(self.made.key.namespace, place)},
                metadata.place,
            )
            origin = Origin(self.made.key.namespace, self.made.key.name, _stated(parameters))
            manifest = LocatedTree(fields, place)
            parsed = parse(manifest, home=self.files.home, origin=origin)
            left = left_to_others(self.spec, manifest)
            application = replace(parsed.application, left=left)
            self.made.applications.append(replace(parsed, application=application))
        except ReadError as error:
            _lose(self.made, error, self.manifest, self.files)
        except UnresolvedError as error:
            self.leave(error)

    def leave(self, error: UnresolvedError) -> None:
        """Note that the set may make more than is known."""
        self.made.complete = False
        self.made.lost += 1
        message = f"ApplicationSet {self.made.key}: {error.message}"
        self.made.unresolved.append(Unresolved(error.place, message))

    def patched(self, filled: LocatedTree, parameters: Parameters) -> LocatedTree:
        """Lay ``templatePatch`` on an Application.

        Raises :exc:`UnresolvedError` where the patch cannot be told and may change which
        Application this is or what it deploys; else the notice alone says that it is missing.
        """
        text = self.spec.text("templatePatch")
        if not text:
            return filled
        place = self.spec.place_of("templatePatch")
        try:
            done = self.templating.text(text, parameters, place) if parameters.values else text
        except UnresolvedError as error:
            if _IDENTITY.search(text):
                raise
            message = (
                f"templatePatch is left out, it touches neither name nor source: {error.message}"
            )
            self.made.unresolved.append(Unresolved(place, message))
            return filled
        return _patched(filled, _patch(done, self.spec.fields["templatePatch"]))


def _stated(parameters: Parameters) -> Mapping[str, Located[str]]:
    return {
        key: Located(as_text(value.plain()), value.place)
        for key, value in flatten(parameters.values)
    }


def _merged(over: LocatedTree, base: LocatedTree) -> LocatedTree:
    """Return *over* with what it leaves empty taken from *base* (``mergo.Merge``)."""
    if not over.fields:
        return over if over.content not in ({}, (), "", False, None) else base
    merged = dict(base.fields)
    for key, value in over.fields.items():
        merged[key] = _merged(value, base.fields[key]) if key in base.fields else value
    return LocatedTree(merged, over.place)


def _patch(text: str, where: LocatedTree) -> LocatedTree:
    try:
        document: Json = yaml.load(text) or {}
    except ParseError as error:
        raise where.wrong(f"templatePatch: {error.message}") from None
    patch = from_plain(document, where.place)
    if not isinstance(patch.content, Mapping):
        raise where.wrong("templatePatch is no object")
    if any(directive in key for key in _keys(patch) for directive in _DIRECTIVES):
        raise UnresolvedError(where.place, "templatePatch has directives of a strategic merge")
    spec = {key: part for key, part in patch.object("spec").fields.items() if key != "project"}
    return LocatedTree({**patch.fields, "spec": LocatedTree(spec, where.place)}, where.place)


def _patched(value: LocatedTree, patch: LocatedTree) -> LocatedTree:
    """Merge objects key by key; ``null`` deletes, lists are replaced whole."""
    if not isinstance(patch.content, Mapping):
        return patch
    merged = dict(value.fields)
    for key, part in patch.content.items():
        if part.content is None:
            merged.pop(key, None)
        else:
            merged[key] = _patched(merged.get(key, LocatedTree({}, part.place)), part)
    return LocatedTree(merged, value.place)


def _keys(value: LocatedTree) -> Iterator[str]:
    for key, part in value.fields.items():
        yield key
        yield from _keys(part)
    for part in value.items:
        yield from _keys(part)
