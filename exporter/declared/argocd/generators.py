"""The generators of an ApplicationSet, evaluated as far as the code alone tells.

Source: Argo CD, ``applicationset/generators`` (``Transform``, ``list.go``, ``matrix.go``,
``merge.go``). What asks a cluster or a service is unresolved.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from exporter.declared.argocd import cluster_generator
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.git_generator import GitGenerator
from exporter.declared.argocd.selectors import as_text, matches, requirements
from exporter.declared.argocd.templating import MAX_APPLICATIONS, Parameters, Templating
from exporter.declared.located import LocatedTree, UnresolvedError, from_plain
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import Json
from exporter.foreign import yaml

OUTSIDE = ("clusters", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin")
COMBINING = ("matrix", "merge")
KINDS = ("list", "git", *COMBINING, *OUTSIDE)
MAX_LEVEL = 2
_MATRIX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Generators:
    """Evaluates generators for one ApplicationSet, of which *text* has all that it says."""

    git: GitGenerator
    templating: Templating
    cluster: Cluster = field(default_factory=Cluster)
    text: str = ""

    def evaluate(
        self, generator: LocatedTree, kind: str, *, given: Parameters | None = None, level: int = 0
    ) -> list[Parameters]:
        """Return the parameters of the *kind* (one of ``KINDS``) of generator in an entry.

        *given* are those of a matrix' first generator, which the second may use. Raises
        :exc:`UnresolvedError` where only Argo CD can tell, :exc:`ReadError` where it would fail.
        """
        asked = requirements(generator.object("selector")) if generator.has("selector") else ()
        used = generator.object(kind)
        if given and given.values:
            used = self._interpolated(used, kind, given)
        found = self._of_kind(used, kind, level)
        return [one for one in found if matches(asked, one.values)] if asked else found

    def estimate(self, generator: LocatedTree, kind: str) -> int:
        """Return about how many parameters a generator that fails would give, 1 at the least."""
        used = generator.fields[kind]
        children = used.fields["generators"].items if used.has("generators") else ()
        counts = [self.estimate(one, each) for one in children for each in kinds_of(one)]
        match kind:
            case "list":
                found = len(used.fields["elements"].items) if used.has("elements") else 1
            case "git":
                found = self.git.estimate(used)
            case "matrix":
                found = prod(counts)
            case _:
                found = max(counts, default=1)
        return min(max(found, 1), MAX_APPLICATIONS)

    def _of_kind(self, generator: LocatedTree, kind: str, level: int) -> list[Parameters]:
        match kind:
            case "list":
                return self._list(generator)
            case "git":
                return self.git.evaluate(generator)
            case "matrix" | "merge":
                if level >= MAX_LEVEL:
                    raise generator.wrong("generators are nested deeper than Argo CD allows")
                combine = self._matrix if kind == "matrix" else self._merge
                return combine(generator, level)
            case cluster_generator.KIND:
                return [self._cluster(generator)]
            case _:
                raise UnresolvedError(generator.place, f"a {kind} generator asks a running system")

    def _interpolated(self, generator: LocatedTree, kind: str, given: Parameters) -> LocatedTree:
        """Fill in *given*; a Git generator's ``values`` may wait for its own parameters."""
        if kind != "git" or not generator.has("values"):
            return self.templating.tree(generator, given)
        rest = {key: one for key, one in generator.fields.items() if key != "values"}
        filled = dict(self.templating.tree(LocatedTree(rest, generator.place), given).fields)
        values = generator.object("values")
        filled["values"] = LocatedTree(
            {key: self._or_as_it_is(one, given) for key, one in values.fields.items()},
            values.place,
        )
        return LocatedTree(filled, generator.place)

    def _or_as_it_is(self, value: LocatedTree, given: Parameters) -> LocatedTree:
        try:
            return replace(self.templating, strict=True).tree(value, given)
        except ReadError:
            return value

    def _cluster(self, generator: LocatedTree) -> Parameters:
        return cluster_generator.of_cluster(
            generator, cluster=self.cluster, templating=self.templating, text=self.text
        )

    def _list(self, generator: LocatedTree) -> list[Parameters]:
        elements = [self._element(element) for element in generator.list("elements")]
        return elements + _written(generator)

    def _element(self, element: LocatedTree) -> Parameters:
        if not isinstance(element.content, Mapping):
            raise element.wrong("an element of a list generator is no object")
        if self.templating.go:
            return Parameters(element.content, element.place)
        values: dict[str, LocatedTree] = {}
        for key in element.content:
            if key == "values":
                inner = element.object("values")
                values |= {f"values.{name}": _string(inner, name) for name in inner.fields}
            else:
                values[key] = _string(element, key)
        return Parameters(values, element.place)

    def _matrix(self, generator: LocatedTree, level: int) -> list[Parameters]:
        children = generator.list("generators")
        if len(children) != _MATRIX:
            raise generator.wrong("a matrix generator takes exactly two generators")
        found: list[Parameters] = []
        for one in self._child(children[0], level):
            found += [
                self._combined(one, other) for other in self._child(children[1], level, given=one)
            ]
            _bound(found, generator)
        return found

    def _combined(self, one: Parameters, other: Parameters) -> Parameters:
        """Join two sets; where Go templates are used, the first one's values win."""
        place = one.place or other.place
        if self.templating.go:
            return Parameters(_deeply({**other.values}, one.values), place)
        first, second = _as_texts(one.values), _as_texts(other.values)
        for key in first.keys() & second.keys():
            if first[key].content != second[key].content:
                raise second[key].wrong(f"both generators of a matrix give {key}, and differently")
        return Parameters({**first, **second}, place)

    def _merge(self, generator: LocatedTree, level: int) -> list[Parameters]:
        children, keys = generator.list("generators"), generator.texts("mergeKeys")
        if len(children) < _MATRIX or not keys:
            raise generator.wrong("a merge generator takes two generators or more, and mergeKeys")
        base, *others = (_by_keys(self._child(child, level), keys, generator) for child in children)
        for other in others:
            for key in base.keys() & other.keys():
                base[key] = self._overridden(base[key], other[key])
        return list(base.values())

    def _overridden(self, one: Parameters, other: Parameters) -> Parameters:
        if self.templating.go:
            return Parameters(_deeply({**one.values}, other.values), one.place)
        return Parameters({**one.values, **other.values}, one.place)

    def _child(
        self, child: LocatedTree, level: int, given: Parameters | None = None
    ) -> list[Parameters]:
        kinds = kinds_of(child)
        if len(kinds) != 1:
            raise child.wrong("takes exactly one generator in each entry")
        return self.evaluate(child, kinds[0], given=given, level=level + 1)


def kinds_of(generator: LocatedTree) -> list[str]:
    """Return which of the known generators an entry holds."""
    return [kind for kind in KINDS if generator.has(kind)]


def asks_for_clusters(generator: LocatedTree) -> bool:
    """Tell whether an entry makes something for other clusters, too."""
    kinds = kinds_of(generator)
    below = (
        one
        for kind in kinds
        if kind in COMBINING
        for one in generator.object(kind).list("generators")
    )
    return cluster_generator.KIND in kinds or any(map(asks_for_clusters, below))


def _written(generator: LocatedTree) -> list[Parameters]:
    """Return the elements that ``elementsYaml`` holds as a text."""
    text = generator.text("elementsYaml")
    place = generator.place_of("elementsYaml")
    try:
        items = from_plain(yaml.load(text) or [], place)
    except ParseError as error:
        raise generator.fields["elementsYaml"].wrong(f"elementsYaml: {error.message}") from None
    if not isinstance(items.content, tuple):
        raise items.wrong("elementsYaml is no list")
    for item in items.content:
        if not isinstance(item.content, Mapping):
            raise item.wrong("elementsYaml holds something else than objects")
    return [Parameters(item.fields, place) for item in items.content]


def _string(element: LocatedTree, key: str) -> LocatedTree:
    """Return a value of an element; fasttemplate takes none but strings."""
    value = element.fields[key]
    if not isinstance(value.content, str):
        raise value.wrong(
            f"{key} is no string, so Argo CD refuses the element",
            advice="put it in quotes, or set goTemplate: true",
        )
    return value


def _as_texts(values: Mapping[str, LocatedTree]) -> dict[str, LocatedTree]:
    return {key: LocatedTree(as_text(one.plain()), one.place) for key, one in values.items()}


def _deeply(
    base: dict[str, LocatedTree], over: Mapping[str, LocatedTree]
) -> dict[str, LocatedTree]:
    """Return *base* with *over* laid on it, maps within maps too (mergo's ``WithOverride``)."""
    for key, value in over.items():
        below = base.get(key)
        if below is not None and below.fields and value.fields:
            base[key] = LocatedTree(_deeply(dict(below.fields), value.fields), value.place)
        elif below is None or value.content not in ((), {}):
            base[key] = value
    return base


def _by_keys(
    found: Sequence[Parameters], keys: Sequence[str], generator: LocatedTree
) -> dict[str, Parameters]:
    sets: dict[str, Parameters] = {}
    for one in found:
        plain: dict[str, Json] = {
            key: one.values[key].plain() if key in one.values else None for key in keys
        }
        name = json.dumps(plain, sort_keys=True)
        if name in sets:
            raise generator.wrong(f"the mergeKeys do not tell parameters apart: {name[:200]}")
        sets[name] = one
    return sets


def _bound(found: Sequence[Parameters], generator: LocatedTree) -> None:
    if len(found) > MAX_APPLICATIONS:
        raise ReadError(
            f"a matrix gives more than {MAX_APPLICATIONS:,} combinations",
            reason=Reason.TOO_LARGE,
            path=generator.place.path,
            line=generator.place.line,
        )
