"""Images that Argo CD Image Updater writes into Applications of the cluster, where they ask for it.

With write-back ``git`` it commits them; with ``argocd``, the default, the live Application alone
has them, so that it is the declaration of exactly these images.

Source: Argo CD Image Updater, annotations ``argocd-image-updater.argoproj.io``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from exporter.declared.argocd.applications import Parsed
from exporter.declared.located import LocatedTree, from_plain
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey
from exporter.domain.images import parse_image
from exporter.domain.provenance import Place, Source

_PREFIX: Final = "argocd-image-updater.argoproj.io/"
_DEFAULTS: Final = ("image.name", "image.tag")


@dataclass(frozen=True, slots=True)
class Update:
    """One image that is kept up to date: its names in kustomizations, its parameters of charts."""

    images: frozenset[str]
    parameters: frozenset[str]


def updated(parsed: Parsed, live: Sequence[Overrides]) -> Parsed:
    """Return an Application with what Image Updater wrote into the *live* one, by source."""
    updates = tuple(_updates(parsed.annotations))
    if not updates:
        return parsed
    place = live_place(parsed.application.key)
    pairs = zip(parsed.options, live, strict=False)
    options = tuple(_overridden(one, overrides, updates, place) for one, overrides in pairs)
    return replace(parsed, options=(*options, *parsed.options[len(options) :]))


def live_place(key: ApplicationKey) -> Place:
    """Return where the values of an Application of the cluster stand."""
    return Place(Source.KUBERNETES, f"Application {key}")


def _updates(annotations: Mapping[str, str]) -> Iterator[Update]:
    method = annotations.get(f"{_PREFIX}write-back-method", "argocd")
    if method.strip() != "argocd":
        return
    for entry in annotations.get(f"{_PREFIX}image-list", "").split(","):
        alias, equals, image = entry.strip().rpartition("=")
        if not image:
            continue

        def given(name: str, alias: str = alias if equals else "") -> str:
            return annotations.get(f"{_PREFIX}{alias}.{name}", "").strip() if alias else ""

        parameters = [given("helm.image-spec")]
        if not parameters[0]:
            names = (given("helm.image-name"), given("helm.image-tag"))
            parameters = [one or default for one, default in zip(names, _DEFAULTS, strict=True)]
        name = given("kustomize.image-name") or image
        yield Update(frozenset({_repository(name)}), frozenset(parameters))


def _repository(image: str) -> str:
    """Return what an image is of, whatever constraint stands where its tag would."""
    found = parse_image(image)
    if found is not None:
        return found.repository
    head, colon, rest = image.rpartition(":")
    plain = parse_image(head) if colon and "/" not in rest else None
    return plain.repository if plain else image


def _overridden(
    options: LocatedTree, live: Overrides, updates: Iterable[Update], place: Place
) -> LocatedTree:
    for update in updates:
        images = [one for one in live.images if _name(one) in update.images]
        if images:
            kept = (
                one
                for one in _items(options, "kustomize", "images")
                if _name(str(one.content)) not in update.images
            )
            new = (*kept, *(from_plain(one, place) for one in images))
            options = _with(options, "kustomize", "images", new)
        parameters = [(name, value) for name, value in live.parameters if name in update.parameters]
        if parameters:
            names = {name for name, _ in parameters}
            kept = (
                one
                for one in _items(options, "helm", "parameters")
                if one.fields.get("name", one).content not in names
            )
            made = (from_plain({"name": one, "value": text}, place) for one, text in parameters)
            options = _with(options, "helm", "parameters", (*kept, *made))
    return options


def _name(entry: str) -> str:
    """Return the image that an entry of ``kustomize.images`` replaces."""
    name, equals, _ = entry.partition("=")
    return _repository(name if equals else entry)


def _items(options: LocatedTree, tool: str, field: str) -> tuple[LocatedTree, ...]:
    return options.fields[tool].fields[field].items if _has(options, tool, field) else ()


def _has(options: LocatedTree, tool: str, field: str) -> bool:
    return options.has(tool) and options.fields[tool].has(field)


def _with(
    options: LocatedTree, tool: str, field: str, items: tuple[LocatedTree, ...]
) -> LocatedTree:
    """Return *options* with a list of those for one *tool* replaced."""
    inner = options.fields[tool] if options.has(tool) else LocatedTree({}, items[-1].place)
    changed = LocatedTree({**inner.fields, field: LocatedTree(items, items[-1].place)}, inner.place)
    return LocatedTree({**options.fields, tool: changed}, options.place)
