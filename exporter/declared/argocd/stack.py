"""What Applications of monitoring charts say of the stack, in the Helm values that they give.

Source: Argo CD, ``ApplicationSourceHelm``: ``parameters`` count more than ``valuesObject``, without
which ``values`` are taken, and those more than ``valueFiles``, of which the last counts most.
"""

import posixpath
from collections.abc import Iterator, Sequence

from exporter.declared.argocd.applications import Parsed
from exporter.declared.argocd.files import Files
from exporter.declared.located import LocatedTree, from_plain
from exporter.declared.stack import CHARTS, in_values, scalar
from exporter.domain.declaration import ApplicationSource, Unresolved
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.provenance import Located
from exporter.foreign import yaml


def stack_of(parsed: Parsed, files: Files) -> Iterator[StackStatement | Unresolved]:
    """Yield what the chart sources of an Application state, and which values nobody can tell.

    Raises :exc:`ReadError` where the values are malformed.
    """
    application = parsed.application
    for source, options in zip(application.sources, parsed.options, strict=False):
        if source.chart in CHARTS:
            helm = options.object("helm")
            layers: list[LocatedTree] = []
            for one in _files(helm, application.sources, files):
                if isinstance(one, Unresolved):
                    layers.clear()  # it may say something else than all before it
                    yield one
                else:
                    layers.append(one)
            layers += _inline(helm)
            owner = f"Application {application.key}"
            yield from in_values(source.chart, _Values(helm, tuple(layers)).find, owner=owner)


class _Values:
    """Helm values in their layers, the strongest last, and the parameters over them."""

    def __init__(self, helm: LocatedTree, layers: tuple[LocatedTree, ...]) -> None:
        self._layers = layers
        self._parameters = {
            one.text("name"): Located(text, one.place_of("value"))
            for one in helm.list("parameters")
            if (text := scalar(one.fields["value"].content if one.has("value") else None))
        }

    def find(self, keys: tuple[str, ...]) -> Located[str] | None:
        """Return the value that counts."""
        found = self._parameters.get(".".join(keys))
        for layer in reversed(self._layers):
            found = found or _at(layer, keys)
        return found


def _at(values: LocatedTree, keys: Sequence[str]) -> Located[str] | None:
    here = values
    for key in keys:
        if not here.has(key):
            return None
        here = here.fields[key]
    text = scalar(here.content)
    return None if text is None else Located(text, here.place)


def _inline(helm: LocatedTree) -> Iterator[LocatedTree]:
    text = helm.text("values")
    if helm.has("valuesObject"):
        yield helm.object("valuesObject")
    elif text:
        place = helm.place_of("values")
        try:
            documents = yaml.load_all(text)
        except ParseError as error:
            raise helm.fields["values"].wrong(f"helm.values: {error.message}") from None
        if documents:
            # A block's lines cannot be told from here: all of it stands where it begins.
            yield from_plain(documents[0].value, place)


def _files(
    helm: LocatedTree, sources: Sequence[ApplicationSource], files: Files
) -> Iterator[LocatedTree | Unresolved]:
    """Yield the files of values that lie in this repository, and a note for each other one."""
    local = {one.reference: one for one in sources if one.reference and one.local}
    for entry in helm.list("valueFiles"):
        name = entry.content if isinstance(entry.content, str) else ""
        reference, _, path = name.removeprefix("$").partition("/")
        if not name.startswith("$") or reference not in local:
            yield Unresolved(
                entry.place, f"the values in {name[:100]!r} are not in this repository"
            )
            continue
        try:
            yield from files.objects(posixpath.normpath(path))[:1]
        except ReadError as error:
            if error.reason is not Reason.MISSING or not helm.flag("ignoreMissingValueFiles"):
                raise
