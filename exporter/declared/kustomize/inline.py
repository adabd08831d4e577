"""A kustomization as an Application's own options change it, as Argo CD does before it builds it.

What was stated before keeps its lines; what the Application states stands in its file.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import edits
from exporter.declared.kustomize import kustomization as files
from exporter.declared.kustomize.kustomization import Kustomization, join
from exporter.declared.kustomize.layer import Layer, read_layer
from exporter.declared.kustomize.pruning import Drops
from exporter.declared.kustomize.statements import patches, settings
from exporter.declared.options import KustomizeOptions
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import as_text
from exporter.foreign import yaml
from exporter.foreign.yaml import YamlList, YamlMap

_AFFIXES: Final = frozenset({"namePrefix", "nameSuffix"})


def edited(checkout: Checkout, original: Layer, options: KustomizeOptions) -> Layer:
    """Return the layer *original* as Argo CD changes it; raises :exc:`ReadError`."""
    before = original.kustomization
    text = checkout.read_text(before.path)
    after = files.parse(_changed(text, before, options, checkout), before.path)
    lines = {(one.field, one.text): one.line for one in before.references}
    references = tuple(
        replace(one, line=lines.get((one.field, one.text), 0)) for one in after.references
    )
    layer = read_layer(
        checkout,
        replace(after, lines=before.lines, references=references),
        unrestricted=options.unrestricted,
    )
    # Statements go by the lines of the file as it is, and those about generated objects, too.
    return replace(layer, exact=original.exact, loose=original.loose, objects=original.objects)


def content(layer: Layer) -> bytes:
    """Return the kustomization file of a layer that was edited; raises :exc:`ReadError`."""
    return Drops().applied(layer.kustomization)


def _changed(
    text: str, before: Kustomization, options: KustomizeOptions, checkout: Checkout
) -> str:
    """Return the file of a kustomization with all that the Application changes of it."""
    if not options.edited:
        return text
    found = yaml.plain(before.content)
    try:
        edits.apply(found, options.edits)
    except ParseError as error:
        raise ReadError(error.message, reason=Reason.MALFORMED, path=before.path) from None
    for field, new in (
        ("patches", json.loads(options.patches or "[]")),
        ("components", list(_components(before, options, checkout))),
    ):
        known = found.get(field) or []
        if not isinstance(known, list):
            raise ReadError(f"{field} is no list", reason=Reason.MALFORMED, path=before.path)
        if new:
            found[field] = known + [one for one in new if field == "patches" or one not in known]
    return json.dumps(found, ensure_ascii=False)


def _components(
    before: Kustomization, options: KustomizeOptions, checkout: Checkout
) -> Iterator[str]:
    for one in options.components:
        path = join(before.folder, one)
        if not options.ignore_missing_components or checkout.is_dir(path):
            yield one


def stated(options: KustomizeOptions) -> tuple[Layer, ...]:
    """Return what the Application states of all objects, one layer for each file.

    They are no kustomizations that anybody builds: they have the lines alone.
    """
    return tuple(_stated(path, part) for path, part in options.stated)


def _stated(path: str, options: YamlMap) -> Layer:
    told = YamlMap(options.line)
    for field, part in options.items():
        if field in _AFFIXES:
            continue  # the edited kustomization has them, and an object gets them once
        line = options.line_of(field)
        told[field], told.lines[field] = _as_kustomization(field, part, line), line
    here = Kustomization(path=path, content=told)
    return Layer(kustomization=here, loose=(*patches(here, {}), *settings(here)))


def _as_kustomization(field: str, part: Any, line: int) -> Any:
    """Return an option as a kustomization has it: images by their parts."""
    if field != "images" or not isinstance(part, YamlList):
        return part
    entries = YamlList(line)
    for one, at in zip(part, part.lines, strict=True):
        entries.append(_image(as_text(one), at))
        entries.lines.append(at)
    return entries


def _image(text: str, line: int) -> YamlMap:
    entry = YamlMap(line)
    entry |= edits.image(text)
    entry.lines = dict.fromkeys(entry, line)
    return entry
