"""What one pool says of its nodes, as a group: name, label, bounds, labels, taints, types."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from exporter.declared.terraform.attribute_paths import first, follow
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.kubelet_arguments import arguments_in
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Origin,
    Unknown,
    Value,
    known,
    text,
    truth,
    whole,
)
from exporter.declared.terraform.nodes import ADVICE, POOL_ADVICE
from exporter.declared.terraform.pool_types import Pool
from exporter.domain.declaration import LABELS, TAINTS, Attribute, NodeGroup
from exporter.domain.errors import ParseError
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Source
from exporter.domain.taints import Taint, TaintEffect

_ZONE = re.compile(r".+-[a-z]")
_EFFECTS = {
    "NO_SCHEDULE": TaintEffect.NO_SCHEDULE,
    "NO_EXECUTE": TaintEffect.NO_EXECUTE,
    "PREFER_NO_SCHEDULE": TaintEffect.PREFER_NO_SCHEDULE,
}
_TAG = "k8s.io/cluster-autoscaler/node-template/label/"
_MINIMUM, _MAXIMUM = "minimum", "maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A resource that makes pools: its *address*, its type and its attributes.

    *ignored* are attributes that others set: ``lifecycle.ignore_changes``. The user data of a
    *secret* one appears in no message.
    """

    address: str
    at: Origin
    kind: str
    attributes: Mapping[str, Value]
    ignored: frozenset[str] = frozenset()
    secret: bool = False


def hide(declared: Declared, collector: Collector, message: str) -> None:
    """Say that nobody can tell which nodes something makes, for the reason in *message*."""
    subject = Subject("NodeGroup", "", declared.address)
    collector.hide(declared.at, message, subject=subject, advice=POOL_ADVICE)


def leads_to(attributes: Mapping[str, Value], path: str, value: str) -> bool:
    """Tell whether a path surely leads to *value*."""
    found = follow(attributes, path.split("."))
    try:
        return found is not None and text(found) == value
    except NotKnownError:
        return False


@dataclass(frozen=True, slots=True)
class _Registered:
    """The labels and taints that a kubelet registers its node with."""

    labels: Mapping[str, Located[str]] = field(default_factory=dict)
    taints: tuple[Located[Taint], ...] = ()


@dataclass(slots=True)
class Description:
    """What a pool says of its nodes, and what of that nobody can tell."""

    pool: Pool
    declared: Declared
    attributes: Mapping[str, Value]
    collector: Collector
    unknown: dict[str, Gap] = field(default_factory=dict)

    def add(self) -> None:
        """Add the group, or say that it is declared and cannot be named."""
        try:
            name, pattern = self._name()
        except NotKnownError as error:
            message = f"name of {self.declared.address}: {error.unknown}"
            subject = Subject("NodeGroup", "", self.declared.address)
            self.collector.hide(self.declared.at, message, subject=subject, advice=ADVICE)
            return
        if name is None:
            hide(
                self.declared,
                self.collector,
                f"{self.declared.address} has no name by which its nodes could be told",
            )
        elif not self.collector.wanted(name):
            self.collector.leave_out(name, self.declared.at, kind="NodeGroup")
        else:
            self.collector.group(
                self._group(name, pattern), address=self.declared.address, echo=self.pool.echoed
            )

    def _name(self) -> tuple[str | None, str]:
        """Return the name, and what the label of the nodes looks like."""
        if self.pool.fixed:
            return self.pool.fixed, self.pool.fixed
        found = first(self.attributes, self.pool.name)
        if found is not None:
            return text(found), "*" if self.pool.any_value else text(found)
        begin = first(self.attributes, self.pool.prefix)
        if begin is None:
            return None, ""
        prefix = text(begin).rstrip("-")
        return prefix, prefix + self.pool.suffix

    def _group(self, name: str, pattern: str) -> NodeGroup:
        minimum, maximum = self._bounds()
        registered = self._registered()
        tagged = dict(self._tagged())
        taints = (*registered.taints, *(self._taints() if self.pool.speaks_of_taints else ()))
        version = first(self.attributes, self.pool.version)
        return NodeGroup(
            name=name,
            minimum=minimum,
            maximum=maximum,
            labels=self._selector(pattern),
            name_pattern=pattern + self.pool.suffix if self.pool.by_name else "",
            place=self.collector.place(self.declared.at),
            node_labels={**tagged, **registered.labels, **dict(self._labels())},
            taints=taints if taints or self.pool.speaks_of_taints else None,
            version=self._stated(version, Attribute.VERSION) if version else None,
            instance_types=tuple(self._texts(self.pool.instance_types, Attribute.INSTANCE_TYPE)),
            zones=tuple(self._texts(self.pool.zones, Attribute.ZONE)),
            unknown=self.unknown,
            pool=True,
            unbounded=self.pool.unbounded,
            automatic=frozenset(self._automatic()),
        )

    def _selector(self, pattern: str) -> dict[str, str]:
        if not self.pool.label:
            return {}
        if not self.pool.value:
            return {self.pool.label: pattern}
        value = first(self.attributes, self.pool.value)
        try:
            return {} if value is None else {self.pool.label: text(value)}
        except NotKnownError:
            return {}

    def _bounds(self) -> tuple[int | None, int | None]:
        """Return fewest and most, each None where nothing is said of it, or nobody can tell."""
        try:
            scaled = self._is_scaled()
            zones = self._zones() if self.pool.per_zone else 1
        except NotKnownError as error:
            return self._lack(self.declared.at, f"size of {self.declared.address}: {error.unknown}")
        paths = (self.pool.minimum, self.pool.maximum) if scaled else (self.pool.size,) * 2
        found = [first(self.attributes, some) for some in paths]
        try:
            minimum, maximum = (None if one is None else whole(one) for one in found)
        except NotKnownError as error:
            return self._lack(self.declared.at, f"size of {self.declared.address}: {error.unknown}")
        if zones is None and not self._is_total() and (minimum or maximum):
            message = f"in how many zones {self.declared.address} has nodes is not declared"
            return self._lack(self.declared.at, message)
        times = 1 if self._is_total() or zones is None else zones
        return (
            None if minimum is None else minimum * times,
            None if maximum is None else maximum * times,
        )

    def _lack(self, at: Origin, message: str) -> tuple[None, None]:
        self._miss(_MINIMUM, at, message)
        self._miss(_MAXIMUM, at, message)
        return None, None

    def _is_scaled(self) -> bool:
        """Tell whether an autoscaler sets the size, within bounds."""
        if self.pool.scaled:
            flag = first(self.attributes, self.pool.scaled)
            return flag is not None and truth(flag)
        return first(self.attributes, (*self.pool.minimum, *self.pool.maximum)) is not None

    def _is_total(self) -> bool:
        """Tell whether the bounds are those of all zones together."""
        total = [path for path in (*self.pool.minimum, *self.pool.maximum) if "total_" in path]
        return bool(total) and first(self.attributes, total) is not None

    def _zones(self) -> int | None:
        """Return in how many zones there are nodes; None where nobody says."""
        zones = first(self.attributes, self.pool.zones)
        if zones is not None and isinstance(known(zones), Items):
            return len(known(zones)) or None  # type: ignore[arg-type]  # it is a list
        location = first(self.attributes, self.pool.location)
        return 1 if location is not None and _ZONE.fullmatch(text(location)) else None

    def _registered(self) -> "_Registered":
        """Return what the kubelets register with, by the user data of their machines."""
        value = first(self.attributes, self.pool.user_data)
        if value is None:
            return _Registered()
        found, place = arguments_in(value), self.collector.place(value.at)
        why = found.unresolved or found.malformed
        if why and self.declared.secret:
            why = "are not known, or malformed"
        if why:
            for attribute in (LABELS, TAINTS):
                self._miss(attribute, value.at, f"kubelet arguments in user data: {why}")
        return _Registered(
            {key: Located(label, place) for key, label in found.labels.items()},
            tuple(Located(taint, place) for taint in found.taints),
        )

    def _tagged(self) -> Iterator[tuple[str, Located[str]]]:
        """Yield the labels that tags tell the autoscaler of."""
        found = first(self.attributes, self.pool.tags)
        for tag in found.data if found is not None and isinstance(found.data, Items) else ():
            if isinstance(tag.data, Object) and "key" in tag.data and "value" in tag.data:
                key = tag.data["key"].data
                if isinstance(key, str) and key.startswith(_TAG):
                    label = key.removeprefix(_TAG)
                    stated = self._stated(tag.data["value"], f"{LABELS}.{label}")
                    if stated is not None:
                        yield label, stated

    def _labels(self) -> Iterator[tuple[str, Located[str]]]:
        found = first(self.attributes, self.pool.labels)
        match found.data if found is not None else None:
            case Object() as labels:
                for key, value in labels.items():
                    stated = self._stated(value, f"{LABELS}.{key}")
                    if stated is not None:
                        yield key, stated
                if labels.rest is not None and found is not None:
                    self._miss(LABELS, found.at, f"labels: {labels.rest}")
            case Unknown() as unknown if found is not None:
                self._miss(LABELS, found.at, f"labels: {unknown}")
            case _:
                pass

    def _taints(self) -> Iterator[Located[Taint]]:
        for path, value, taint in self.pool.implied:
            found = first(self.attributes, (path,))
            if found is not None and isinstance(found.data, Unknown):
                self._miss(TAINTS, found.at, f"{path}: {found.data}")
            elif found is not None and leads_to(self.attributes, path, value):
                yield Located(Taint.parse(taint), self.collector.place(found.at))
        found = first(self.attributes, self.pool.taints)
        match found.data if found is not None else None:
            case Items() as taints:
                yield from self._each_taint(taints)
            case Object() as taints if "key" not in taints:
                yield from self._each_taint(taints.values())
            case Object() if found is not None:
                yield from self._each_taint([found])
            case Unknown() as unknown if found is not None:
                self._miss(TAINTS, found.at, f"taints: {unknown}")
            case _:
                pass

    def _automatic(self) -> Iterator[str]:
        """Yield the keys of taints that the provider may set; in doubt it may."""
        for path, pattern, key in self.pool.automatic:
            found = first(self.attributes, (path,))
            if found is None:
                continue
            value = found.data
            if not isinstance(value, str) or fnmatchcase(value, pattern):
                yield key

    def _each_taint(self, taints: Iterable[Value]) -> Iterator[Located[Taint]]:
        for value in taints:
            try:
                yield Located(_taint(value), self.collector.place(value.at))
            except NotKnownError as error:
                self._miss(TAINTS, value.at, f"a taint: {error.unknown}")
            except (ParseError, KeyError):
                self._miss(TAINTS, value.at, "a taint has an unexpected form")

    def _texts(self, paths: tuple[str, ...], attribute: str) -> Iterator[Located[str]]:
        """Yield all values of a list, or a single one; none where not all are known."""
        found = first(self.attributes, paths)
        if found is None:
            return
        values = found.data if isinstance(found.data, Items) else (found,)
        stated = [self._stated(value, attribute) for value in values]
        if attribute not in self.unknown:
            yield from (one for one in stated if one is not None)

    def _stated(self, value: Value, attribute: str) -> Located[str] | None:
        try:
            return self.collector.stated(value)
        except NotKnownError as error:
            self._miss(attribute, value.at, f"{attribute}: {error.unknown}")
            return None

    def _miss(self, attribute: str, at: Origin, message: str) -> None:
        """Say that something of the pool is declared, and nobody can tell what."""
        place = self.collector.place(at)
        if self.declared.address not in message:
            message = f"{message} (of {self.declared.address})"
        self.collector.notice(at, message)
        self.unknown[attribute] = Gap(Source.TERRAFORM, f"{place.where}: {message}")


def _taint(value: Value) -> Taint:
    """Read ``key=value:Effect``, or an object of the three; raises :exc:`ParseError`."""
    data = known(value)
    if not isinstance(data, Object):
        return Taint.parse(text(value))
    own = data.get("value")
    effect = text(data["effect"])
    return Taint(
        key=text(data["key"]),
        effect=_EFFECTS.get(effect) or _effect(effect),
        value="" if own is None or own.data is None else text(own),
    )


def _effect(name: str) -> TaintEffect:
    try:
        return TaintEffect(name)
    except ValueError:
        raise ParseError(f"{name[:40]!r} is no effect of a taint") from None
