"""Images that Argo CD Image Updater writes into Applications of the cluster, where they ask for it.

With write-back ``git`` it commits them; with ``argocd``, the default, the live Application alone
has them, so that it is the declaration of exactly these images. Whatever else the live Application
overrides, nobody declares.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from exporter.declared.argocd.applications import Parsed
from exporter.declared.argocd.image_updates import ImageUpdate, Selection, split, updates_of
from exporter.declared.argocd.told_places import live_place
from exporter.declared.argocd.tools import instance_name
from exporter.declared.checkout import Checkout
from exporter.declared.located import LocatedTree, from_plain, from_yaml
from exporter.domain.applications import Overrides
from exporter.domain.errors import ReadError
from exporter.domain.images import parse_image
from exporter.domain.provenance import Place, Source

MAX_TOLD: Final = 20
"""How many overrides of one Application are told."""

_LONGEST: Final = 200
_UNDECLARED: Final = ", which nothing declares"


def updated(
    parsed: Parsed,
    live: Sequence[Overrides],
    selected: Sequence[Selection] = (),
    *,
    checkout: Checkout,
) -> Parsed:
    """Return an Application with what Image Updater wrote into the *live* one, by source.

    What else is overridden there is noted, and so are tags in the *checkout* that Image Updater
    would have committed, and none that it may set. *selected* is what every ``ImageUpdater``
    selects.
    """
    application = parsed.application
    updates = updates_of(
        selected,
        namespace=application.key.namespace,
        name=application.key.name,
        labels={key: one.value for key, one in application.labels.items()},
        annotations=parsed.annotations,
    )
    written = tuple(one for one in updates if one.is_live)
    pairs = list(zip(parsed.options, live, strict=False))
    strange = [text for pair in pairs for text in _strange(*pair, written)]
    strange += _committed(parsed, [one for one in updates if not one.is_live], checkout)
    if not live and not strange:
        return parsed
    place = live_place(application.key)
    options = tuple(_overridden(one, overrides, written, place) for one, overrides in pairs)
    return replace(
        parsed,
        application=replace(application, overridden=tuple(strange[:MAX_TOLD])),
        options=(*options, *parsed.options[len(options) :]),
    )


def _committed(parsed: Parsed, updates: Sequence[ImageUpdate], checkout: Checkout) -> Iterator[str]:
    """Yield the tags that Image Updater's file beside a source has, and that none may be set to."""
    for source in parsed.application.sources if updates else ():
        file = posixpath.join(
            source.path, f".argocd-source-{instance_name(parsed.application.key)}.yaml"
        )
        if source.local and source.path and checkout.is_file(file):
            for text in _strange(
                LocatedTree({}, parsed.application.place), _read(file, checkout), updates
            ):
                if not text.endswith(_UNDECLARED):  # what stands in Git is declared
                    yield f"{file}: {text}"


def _read(file: str, checkout: Checkout) -> Overrides:
    """Return what a file overrides; nothing where it is broken, as its source says so."""
    try:
        documents = checkout.read_yaml(file)
        place = checkout.place(Source.ARGOCD, file, 1)
        found = from_yaml(documents[0].value, place) if documents else LocatedTree({}, place)
        parameters = found.object("helm").list("parameters")
        return Overrides(
            images=found.object("kustomize").texts("images"),
            parameters=tuple((one.text("name"), one.text("value")) for one in parameters),
        )
    except ReadError:
        return Overrides()


def _strange(
    options: LocatedTree, live: Overrides, updates: Sequence[ImageUpdate]
) -> Iterator[str]:
    """Yield what a live source overrides and nobody declares, or declares otherwise, in words."""
    declared = {str(one.content) for one in _items(options, "kustomize", "images")}
    for entry in live.images:
        if entry not in declared:
            field = f"kustomize.images {entry[:_LONGEST]}"
            update = _updating(updates, _name(entry))
            yield from _told(field, update, _tag_of(entry.rpartition("=")[2]))
    known = {(one.text("name"), one.text("value")) for one in _items(options, "helm", "parameters")}
    for name, value in live.parameters:
        if (name, value) not in known:
            field = f"helm.parameters {name[:_LONGEST]}={value[:_LONGEST]}"
            update = next((one for one in updates if name in one.parameters), None)
            yield from _told(field, update, _written(update, name, value))


def _told(field: str, update: ImageUpdate | None, tag: str | None) -> Iterator[str]:
    if update is None:
        yield f"{field}{_UNDECLARED}"
    elif tag is not None:
        objection = update.tags.objection(tag, constraint=update.constraint)
        if objection:
            yield f"{field}: Image Updater sets none such, as {objection}"


def _written(update: ImageUpdate | None, name: str, value: str) -> str | None:
    """Return the tag, and digest, that a parameter of a chart has; None where it is no such."""
    if update is None or (name == update.name and not update.spec):
        return None
    return _tag_of(value) if update.spec else value


def _tag_of(reference: str) -> str:
    found = parse_image(reference)
    if found is None:
        return ""
    return f"{found.tag}@{found.digest}" if found.digest else found.tag


def _updating(updates: Iterable[ImageUpdate], repository: str) -> ImageUpdate | None:
    return next((one for one in updates if repository in one.images), None)


def _overridden(
    options: LocatedTree, live: Overrides, updates: Iterable[ImageUpdate], place: Place
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
            made = (
                from_plain({"name": one, "value": text, "forceString": True}, place)
                for one, text in parameters
            )
            options = _with(options, "helm", "parameters", (*kept, *made))
    return options


def _name(entry: str) -> str:
    """Return the image that an entry of ``kustomize.images`` replaces."""
    name, equals, _ = entry.partition("=")
    return split(name if equals else entry)[0]


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
