"""The rules of a whole Argo CD, which its ConfigMap ``argocd-cm`` has.

Source: Argo CD, ``util/settings`` (``GetResourceOverrides``, ``GetResourcesFilter``,
``GetAppInstanceLabelKey``, ``GetTrackingMethod``, ``GetKustomizeSettings``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from exporter.declared.argocd.ignored import in_words, unresolved
from exporter.declared.globs import match_any
from exporter.declared.kinds import IGNORED, RULES, group
from exporter.declared.located import LocatedTree, escape, from_manifest, from_plain
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import ApplicationKey, IgnoredDifference, Unresolved
from exporter.domain.errors import ParseError
from exporter.domain.finding import Subject
from exporter.domain.json import JsonObject, as_text
from exporter.foreign import yaml

_OLD: Final = "resource.customizations"
_IGNORED: Final = f"{_OLD}.ignoreDifferences."
_REFRESH: Final = "timeout.reconciliation"
_JITTER: Final = f"{_REFRESH}.jitter"
_KEYS: Final = frozenset(
    {
        "application.instanceLabelKey",
        "application.resourceTrackingMethod",
        "kustomize.buildOptions",
        "resource.customizations",
        "resource.exclusions",
        "resource.inclusions",
        _REFRESH,
        _JITTER,
    }
)
_DURATION: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(ms|us|ns|[hms])")
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_IN_CLUSTER: Final = "https://kubernetes.default.svc"
DEFAULT_LABEL: Final = "app.kubernetes.io/instance"


@dataclass(frozen=True, slots=True)
class Filter:
    """Kinds of objects that Argo CD passes over, or does not; none given means any."""

    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()

    def fits(self, api_group: str, kind: str) -> bool:
        """Tell whether it speaks of a kind of objects, in the cluster in which Argo CD runs."""
        return (
            (not self.groups or any(match_any(one, api_group) for one in self.groups))
            and (not self.kinds or any(one in {"*", kind} for one in self.kinds))
            and self.is_of_this_cluster
        )

    @property
    def is_of_this_cluster(self) -> bool:
        """Whether it speaks of the cluster in which Argo CD runs."""
        return not self.clusters or any(match_any(one, _IN_CLUSTER) for one in self.clusters)


_ALWAYS_EXCLUDED: Final = (
    Filter(groups=("events.k8s.io", "metrics.k8s.io")),
    Filter(groups=("",), kinds=("Event",)),
    Filter(groups=("coordination.k8s.io",), kinds=("Lease",)),
)
"""Source: Argo CD, ``coreExcludedResources``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for all Applications.

    *ignored* are differences that are none, *unresolved* those of them that only a run can tell;
    *label* is one that Argo CD writes to every object, if it does; *unrestricted* tells whether
    kustomize takes files from anywhere. *refresh* is the longest time between two comparisons, with
    its jitter, zero for none; None where nothing is said of it. *where* is the ConfigMap, *stated*
    what it says by key.
    """

    ignored: tuple[IgnoredDifference, ...] = ()
    exclusions: tuple[Filter, ...] = ()
    inclusions: tuple[Filter, ...] = ()
    label: str = ""
    unrestricted: bool = False
    unresolved: tuple[tuple[Subject, Unresolved], ...] = ()
    refresh: timedelta | None = field(default=None, compare=False)
    where: str = field(default="", compare=False)
    stated: Mapping[str, str] = field(default_factory=dict, compare=False)
    _passed: dict[tuple[str, str], bool] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def passes_over(self, content: JsonObject) -> bool:
        """Tell whether Argo CD does not look at such an object, so that it delivers none."""
        kind = group(content), as_text(content.get("kind"))
        known = self._passed.get(kind)
        if known is None:  # asked for each object, and there are few kinds of them
            known = self._passed[kind] = self._passes_over(*kind)
        return known

    def _passes_over(self, api_group: str, kind: str) -> bool:
        if any(rule.fits(api_group, kind) for rule in (*_ALWAYS_EXCLUDED, *self.exclusions)):
            return True
        inclusions = [rule for rule in self.inclusions if rule.is_of_this_cluster]
        return bool(inclusions) and not any(rule.fits(api_group, kind) for rule in inclusions)

    def written(self, application: ApplicationKey | None) -> tuple[str, ...]:
        """Return pointers to what Argo CD itself writes to an object of an Application."""
        return (f"/metadata/labels/{escape(self.label)}",) if self.label and application else ()


def parse(manifest: Manifest) -> Rules:
    """Return what ``argocd-cm`` says; raises :exc:`ReadError` where it is malformed."""
    data = from_manifest(manifest).object("data")
    stated = {key: data.text(key) for key in data.fields if is_rule(key)}
    entries = [*_by_kind(data), *_all_in_one(data)]
    return Rules(
        ignored=tuple(_ignored(target, entry) for target, entry in entries),
        exclusions=tuple(_filters(data, "resource.exclusions")),
        inclusions=tuple(_filters(data, "resource.inclusions")),
        label=_label(data),
        unrestricted="LoadRestrictionsNone" in data.text("kustomize.buildOptions"),
        unresolved=tuple(_unresolved(entries)),
        refresh=_refresh(stated),
        where=manifest.place.where,
        stated=stated,
    )


def is_rule(key: str) -> bool:
    """Tell whether a key of ``argocd-cm`` is one of those that are read."""
    return key in _KEYS or key.startswith(_IGNORED)


def differing(one: Rules, other: Rules) -> tuple[str, ...]:
    """Return the keys by which two ConfigMaps do not say the same."""
    keys = sorted({*one.stated, *other.stated})
    return tuple(key for key in keys if one.stated.get(key, "") != other.stated.get(key, ""))


def _refresh(stated: Mapping[str, str]) -> timedelta | None:
    """Return how often Argo CD compares at the least, with its jitter.

    Source: Argo CD, ``--app-resync`` and ``--app-resync-jitter`` of its application controller.
    """
    if not {_REFRESH, _JITTER} & stated.keys():
        return None
    every = _seconds(stated.get(_REFRESH, ""), otherwise=120)
    return timedelta(seconds=every and every + _seconds(stated.get(_JITTER, ""), otherwise=60))


def _seconds(text: str, *, otherwise: float) -> float:
    """Return a duration of Go in seconds; one that is none is not heeded by Argo CD either."""
    found = _DURATION.findall(text)
    if not found or "".join(map("".join, found)) != text:
        return 0.0 if text == "0" else otherwise
    return sum(float(number) * _UNITS[unit] for number, unit in found)


def _label(data: LocatedTree) -> str:
    """Return the label by which objects are tracked, where that is not the usual one."""
    label = data.text("application.instanceLabelKey")
    by_label = data.text("application.resourceTrackingMethod") != "annotation"
    return label if by_label and label != DEFAULT_LABEL else ""


_Target = tuple[str, str]
"""Group and kind, each a pattern."""


def _by_kind(data: LocatedTree) -> Iterator[tuple[_Target, LocatedTree]]:
    for key in data.fields:
        if key.startswith(_IGNORED):
            name = key.removeprefix(_IGNORED)
            group_, _, kind = name.rpartition("_")
            target = ("*", "*") if name == "all" else (group_, kind)
            yield target, _inner(data, key)


def _all_in_one(data: LocatedTree) -> Iterator[tuple[_Target, LocatedTree]]:
    """Yield the entries of the older form, one text for all kinds."""
    if not data.has(_OLD):
        return
    for name, entry in _inner(data, _OLD).fields.items():
        if entry.has("ignoreDifferences"):
            group_, _, kind = name.rpartition("/")
            yield (group_, kind), _inner(entry, "ignoreDifferences")


def _inner(data: LocatedTree, key: str) -> LocatedTree:
    """Return the YAML in the text under *key*; it stands where the text begins."""
    place = data.place_of(key)
    try:
        documents = yaml.load_all(data.text(key))
    except ParseError as error:
        raise data.fields[key].wrong(f"{key}: {error.message}") from None
    return from_plain(documents[0].value, place) if documents else LocatedTree({}, place)


def _ignored(target: _Target, entry: LocatedTree) -> IgnoredDifference:
    return IgnoredDifference(
        group=target[0],
        kind=target[1],
        pointers=entry.texts("jsonPointers"),
        paths=entry.texts("jqPathExpressions"),
        unresolved=in_words(unresolved(entry)),
    )


def _filters(data: LocatedTree, key: str) -> Iterator[Filter]:
    if data.has(key):
        found = _inner(data, key)
        for one in LocatedTree({"list": found}, found.place).list("list"):
            yield Filter(one.texts("apiGroups"), one.texts("kinds"), one.texts("clusters"))


def _unresolved(
    entries: Iterable[tuple[_Target, LocatedTree]],
) -> Iterator[tuple[Subject, Unresolved]]:
    for (group_, kind), entry in entries:
        messages = [one.message for one in unresolved(entry)]
        if messages:
            subject = Subject(IGNORED, "", f"{RULES}/{group_ or 'core'}/{kind}")
            yield subject, Unresolved(entry.place, "; ".join(messages))
