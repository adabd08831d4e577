"""Values of what declares machines; what only a tool fills in makes just that value unknown."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.kubelet import parse_arguments
from exporter.declared.located import LocatedTree, UnresolvedError
from exporter.domain.declaration import LABELS, TAINTS
from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Place
from exporter.domain.taints import Taint, TaintEffect

FILLED_IN: Final = re.compile(r"\$\{|\{\{|^ENC\[")
"""Marks of envsubst, clusterctl and templates, and of a value that SOPS encrypted."""
_VERSION: Final = re.compile(r"v?\d+(\.\d+){1,2}([-+].*)?")
_FLAGS: Final = ("node-labels", "register-with-taints")


def stated(tree: LocatedTree) -> Located[str]:
    """Return a scalar as text; raises :exc:`UnresolvedError` where only a tool fills it in."""
    match tree.content:
        case bool() as flag:
            return Located(str(flag).lower(), tree.place)
        case int() as number:
            return Located(str(number), tree.place)
        case str() as text if not FILLED_IN.search(text):
            return Located(text, tree.place)
        case str():
            raise UnresolvedError(tree.place, "is filled in, or decrypted, only when it is applied")
        case float():
            raise UnresolvedError(tree.place, "is a number that may have lost a digit: quote it")
        case _:
            raise UnresolvedError(tree.place, "is no text")


def named(tree: LocatedTree, key: str) -> Located[str] | None:
    """Return the text under *key*, None where there is none; raises :exc:`UnresolvedError`."""
    found = stated(tree.fields[key]) if tree.has(key) else None
    return found if found and found.value else None


@dataclass(slots=True)
class Values:
    """Reads values; *unknown* grows by why one of them is not known, by its attribute."""

    unknown: dict[str, Gap] = field(default_factory=dict)

    def miss(self, attribute: str, place: Place, message: str) -> None:
        """Note that an attribute is declared, and nobody can tell how."""
        self.unknown[attribute] = Gap(place.source, f"{place.where}: {attribute} {message}")

    def text(self, tree: LocatedTree, key: str, attribute: str) -> Located[str] | None:
        """Return the text under *key*, if it is there and known."""
        try:
            return named(tree, key)
        except UnresolvedError as error:
            self.miss(attribute, error.place, error.message)
            return None

    def version(self, tree: LocatedTree, key: str, attribute: str) -> Located[str] | None:
        """Return the version of Kubernetes under *key*; a channel (``stable``) is none."""
        found = self.text(tree, key, attribute)
        if found is not None and not _VERSION.fullmatch(found.value):
            self.miss(attribute, found.place, "is no number: what it stands for changes")
            return None
        return found

    def texts(self, trees: Iterable[LocatedTree], attribute: str) -> tuple[Located[str], ...]:
        """Return texts of which one counts; none where not all of them are known."""
        try:
            return tuple(map(stated, trees))
        except UnresolvedError as error:
            self.miss(attribute, error.place, error.message)
            return ()

    def count(self, tree: LocatedTree, key: str, attribute: str) -> int | None:
        """Return the number of nodes under *key*, if it is there and known."""
        found = self.text(tree, key, attribute)
        if found is None:
            return None
        if not found.value.isdecimal():
            self.miss(attribute, found.place, "is no number of nodes")
            return None
        return int(found.value)

    def labels(self, tree: LocatedTree) -> dict[str, Located[str]]:
        """Return a map of labels, without those that are not known."""
        found = ((key, self.text(tree, key, f"{LABELS}.{key}")) for key in tree.fields)
        labels = {key: value for key, value in found if value is not None}
        blank = (key for key, value in tree.fields.items() if value.content == "")
        return labels | {key: Located("", tree.fields[key].place) for key in blank}

    def taints(self, trees: Iterable[LocatedTree]) -> tuple[Located[Taint], ...]:
        """Return taints, each as an object of key, value and effect or as one text."""
        found = []
        for tree in trees:
            try:
                found.append(Located(_taint(tree), tree.place))
            except UnresolvedError as error:
                self.miss(TAINTS, error.place, error.message)
            except ParseError as error:
                self.miss(TAINTS, tree.place, f"hold what is none: {error.message}")
        return tuple(found)

    def arguments(self, tree: LocatedTree) -> "Arguments":
        """Return what the kubelet's arguments set: a map, or a list of names with values."""
        labels: dict[str, Located[str]] = {}
        taints: list[Located[Taint]] = []
        for flag, value in _arguments(tree):
            attribute = LABELS if flag == _FLAGS[0] else TAINTS
            try:
                text = stated(value).value
                found = parse_arguments(f"--{flag}={text}")
            except UnresolvedError as error:
                self.miss(attribute, error.place, error.message)
                continue
            except ParseError as error:
                self.miss(attribute, value.place, f"hold what is none: {error.message}")
                continue
            labels |= {key: Located(one, value.place) for key, one in found.labels.items()}
            taints += (Located(one, value.place) for one in found.taints)
        return Arguments(labels, tuple(taints))


@dataclass(frozen=True, slots=True)
class Arguments:
    """The labels and taints that a kubelet registers its node with."""

    labels: Mapping[str, Located[str]] = field(default_factory=dict)
    taints: tuple[Located[Taint], ...] = ()


def _arguments(tree: LocatedTree) -> Iterator[tuple[str, LocatedTree]]:
    """Yield the arguments that label and taint; source: kubeadm, v1beta3 (map), v1beta4 (list)."""
    pairs = [*tree.fields.items()]
    pairs += [
        (str(one.fields["name"].content), one.fields["value"])
        for one in tree.items
        if one.has("name") and one.has("value")
    ]
    yield from ((flag, value) for flag, value in pairs if flag in _FLAGS)


def _taint(tree: LocatedTree) -> Taint:
    """Read one taint; raises :exc:`ParseError` and :exc:`UnresolvedError`."""
    if not tree.fields:
        return Taint.parse(stated(tree).value)
    key, value, effect = (named(tree, one) for one in ("key", "value", "effect"))
    if key is None or effect is None:
        raise ParseError("a taint needs a key and an effect")
    try:
        known = TaintEffect(effect.value)
    except ValueError:
        raise ParseError(f"{effect.value[:40]!r} is no effect of a taint") from None
    return Taint(key=key.value, value=value.value if value else "", effect=known)
