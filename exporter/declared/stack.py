"""What Helm values and custom resources declare of the monitoring stack.

Sources: the values of prometheus-community's charts ``kube-prometheus-stack`` and ``prometheus``,
and the Prometheus operator's API (``monitoring.coreos.com/v1``).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from exporter.declared.rendered import Manifest
from exporter.domain.declaration import Conflict, Reading, Unresolved
from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.instants import parse_duration
from exporter.domain.integers import parse_integer
from exporter.domain.json import as_text, dig
from exporter.domain.monitoring.stack import DeclaredStack, StackStatement, StackValue
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.quantity import parse_quantity
from exporter.settings.observed import ObservedSettings

_Keys: TypeAlias = tuple[str, ...]
Find: TypeAlias = Callable[[_Keys], Located[str] | None]
"""Finds a scalar by its keys; None where it is not set."""

_CLAIM = ("volumeClaimTemplate", "spec", "resources", "requests", "storage")
_STACK_CHART: Mapping[StackValue, _Keys] = {
    StackValue.RETENTION: ("prometheus", "prometheusSpec", "retention"),
    StackValue.RETENTION_SIZE: ("prometheus", "prometheusSpec", "retentionSize"),
    StackValue.STORAGE: ("prometheus", "prometheusSpec", "storageSpec", *_CLAIM),
    StackValue.PROMETHEUS_REPLICAS: ("prometheus", "prometheusSpec", "replicas"),
    StackValue.ALERTMANAGER_REPLICAS: ("alertmanager", "alertmanagerSpec", "replicas"),
}
CHARTS: Mapping[str, Mapping[StackValue, _Keys]] = {
    "kube-prometheus-stack": _STACK_CHART,
    "prometheus-operator": _STACK_CHART,  # its name until 2020
    "prometheus": {
        StackValue.RETENTION: ("server", "retention"),
        StackValue.RETENTION_SIZE: ("server", "retentionSize"),
        StackValue.STORAGE: ("server", "persistentVolume", "size"),
        StackValue.PROMETHEUS_REPLICAS: ("server", "replicaCount"),
        StackValue.ALERTMANAGER_REPLICAS: ("alertmanager", "replicaCount"),
    },
}
"""Where the values of each chart that is known here state what."""

_GROUP = "monitoring.coreos.com"
_RESOURCES: Mapping[str, Mapping[StackValue, _Keys]] = {
    "Prometheus": {
        StackValue.RETENTION: ("spec", "retention"),
        StackValue.RETENTION_SIZE: ("spec", "retentionSize"),
        StackValue.STORAGE: ("spec", "storage", *_CLAIM),
        StackValue.PROMETHEUS_REPLICAS: ("spec", "replicas"),
    },
    "Alertmanager": {StackValue.ALERTMANAGER_REPLICAS: ("spec", "replicas")},
}
_RETENTION = (StackValue.RETENTION, StackValue.RETENTION_SIZE)
_TOGETHER: Mapping[StackValue, tuple[StackValue, ...]] = dict.fromkeys(_RETENTION, _RETENTION)
"""Values that the settings declare all together where they declare one."""
_COUNTS = frozenset({StackValue.PROMETHEUS_REPLICAS, StackValue.ALERTMANAGER_REPLICAS})
_MENTION = re.compile(r"\bhelm\b")
_COMPONENTS = {"prometheus": "Prometheus", "alertmanager": "Alertmanager"}


def in_values(chart: str, find: Find, *, owner: str) -> Iterator[StackStatement]:
    """Yield what the values of a *chart* state; nothing where the chart is not known here."""
    for name, keys in CHARTS.get(chart, {}).items():
        stated = find(keys)
        if stated is not None:
            yield StackStatement(name, stated, owner)


def in_manifest(manifest: Manifest, *, namespace: str = "") -> Iterator[StackStatement]:
    """Yield what a Prometheus or Alertmanager object states; nothing for other kinds.

    *namespace* is where it goes if it names none.
    """
    known = _RESOURCES.get(manifest.kind)
    content = manifest.content
    if known is None or not as_text(content.get("apiVersion")).startswith(f"{_GROUP}/"):
        return
    space = as_text(dig(content, "metadata", "namespace")) or namespace
    owner = f"{manifest.kind} {space}/{as_text(dig(content, 'metadata', 'name'))}"
    for name, keys in known.items():
        text = scalar(dig(content, *keys))
        if text is not None:
            yield StackStatement(name, Located(text, _place_of(manifest, keys)), owner)


def scalar(value: object) -> str | None:
    """Return a text or a count as it would stand in a manifest; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What the reading with this *rank* may declare of the values *names*, and is not known.

    *surely* tells that it speaks of Prometheus or Alertmanager, if of anything; else it may only
    be something else of monitoring, which counts where nothing is read of the stack at all.
    """

    rank: int
    place: Place
    gap: Gap
    names: frozenset[StackValue] = frozenset(StackValue)
    surely: bool = True

    def overrules(self, stated: Located[str], *, rank: int) -> bool:
        """Tell whether it could count more than what a reading of this *rank* states.

        Within a source it could, unless it stands before that in the same file.
        """
        if self.rank != rank:
            return self.rank > rank
        place = stated.place
        return self.place.path != place.path or not 0 < self.place.line <= place.line


def declared_stack(
    readings: Sequence[Reading],
    settings: ObservedSettings,
    *,
    path: str,
    hidden: Sequence[Hidden] = (),
) -> tuple[DeclaredStack, tuple[Conflict, ...], tuple[Unresolved, ...]]:
    """Return what counts of *readings*, given from the weakest to the strongest.

    The *settings*, whose file is *path*, win over all. Where sources disagree that is a conflict.
    Where one source speaks of several Prometheus, which of them is asked only the settings can
    tell: what differs between them does not count. Nor is a value known that something *hidden*
    could state, or state otherwise.
    """
    own = _in_settings(settings, Place(source=Source.INVENTORY, path=path))
    values: dict[StackValue, Located[str]] = {}
    incomplete: dict[StackValue, Gap] = {}
    found = any(reading.stack for reading in readings)
    telling = [part for part in hidden if part.surely or not found]
    conflicts: list[Conflict] = []
    unresolved: list[Unresolved] = []
    for name in StackValue:
        stated: list[tuple[int, Located[str]]] = []
        settled = any(value in own for value in _TOGETHER.get(name, (name,)))
        for rank, reading in enumerate(readings):
            mine = [statement for statement in reading.stack if statement.name is name]
            if (
                len({statement.value.value for statement in mine}) > 1
                and len({statement.owner for statement in mine}) > 1
            ):
                if name not in own:
                    unresolved.append(_ambiguous(mine))
                    incomplete[name] = _gap(unresolved[-1])
            elif mine:
                stated.append((rank, mine[-1].value))
                incomplete.pop(name, None)
        gap = None if settled else _overruled(name, stated[-1] if stated else None, telling)
        if gap is not None:
            incomplete[name] = gap
        every = [statement for _, statement in stated] + ([own[name]] if name in own else [])
        if len({_canonical(name, statement.value) for statement in every}) > 1:
            conflicts.append(_conflict(name, every))
        if every:
            values[name] = every[-1]
    return DeclaredStack(values, incomplete), tuple(conflicts), tuple(unresolved)


def _overruled(
    name: StackValue, ranked: tuple[int, Located[str]] | None, hidden: Sequence[Hidden]
) -> Gap | None:
    """Return what hides a value, or could overrule what was *ranked* of it with its rank."""
    mine = sorted((part for part in hidden if name in part.names), key=lambda part: not part.surely)
    if ranked is None:
        return mine[0].gap if mine else None
    rank, stated = ranked
    if name in _COUNTS and not _is_count(stated.value):
        return Gap(stated.place.source, f"{stated.place.where}: {stated.value!r:.100} is no count")
    return next((part.gap for part in mine if part.overrules(stated, rank=rank)), None)


def _is_count(text: str) -> bool:
    try:
        parse_integer(text)
    except ParseError:
        return False
    return True


def _gap(unresolved: Unresolved) -> Gap:
    place = unresolved.place
    return Gap(place.source, f"{place.where}: {unresolved.message}")


def _canonical(name: StackValue, text: str) -> object:
    """Return what *text* means, so that ``15d`` is ``360h``; as it is where it means nothing."""
    try:
        match name:
            case StackValue.RETENTION:
                return parse_duration(text)
            case StackValue.STORAGE:
                return parse_quantity(text)
            case _:
                return text
    except ParseError:
        return text


def _in_settings(settings: ObservedSettings, place: Place) -> dict[StackValue, Located[str]]:
    given: dict[StackValue, object] = {}
    if (prometheus := settings.prometheus) is not None:
        given[StackValue.RETENTION] = prometheus.retention
        given[StackValue.RETENTION_SIZE] = prometheus.retention_size
        given[StackValue.STORAGE] = prometheus.storage
        given[StackValue.PROMETHEUS_REPLICAS] = prometheus.replicas
    if (alertmanager := settings.alertmanager) is not None:
        given[StackValue.ALERTMANAGER_REPLICAS] = alertmanager.replicas
    return {
        name: Located(text, place)
        for name, value in given.items()
        if (text := scalar(value)) is not None
    }


def _place_of(manifest: Manifest, keys: _Keys) -> Place:
    pointers = ("/" + "/".join(keys[:depth]) for depth in range(len(keys), 0, -1))
    return next(
        (manifest.places[pointer] for pointer in pointers if pointer in manifest.places),
        manifest.place,
    )


def _ambiguous(statements: Sequence[StackStatement]) -> Unresolved:
    owners = " and ".join(
        dict.fromkeys(f"{statement.owner} ({statement.value.value})" for statement in statements)
    )
    message = f"{statements[0].name} differs between {owners}; the settings can say which counts"
    return Unresolved(statements[-1].value.place, message)


def _conflict(name: StackValue, statements: Sequence[Located[str]]) -> Conflict:
    component, _, attribute = name.partition(".")
    values = " and ".join(
        dict.fromkeys(f"{statement.value!r} ({statement.place.where})" for statement in statements)
    )
    return Conflict(
        kind=_COMPONENTS[component],
        namespace="",
        name=component,
        attribute=attribute,
        statements=tuple(statements),
        message=f"{attribute} is declared as {values}",
    )


def mentions_stack(text: str) -> bool:
    """Tell whether *text* may install a monitoring chart; it may still turn out not to."""
    return bool(_MENTION.search(text)) and any(chart in text for chart in CHARTS)
