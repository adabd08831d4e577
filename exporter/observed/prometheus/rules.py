"""The groups of rules that Prometheus has loaded."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from exporter.domain.errors import ParseError, ReadError
from exporter.domain.monitoring.prometheus.rules import Evaluated, LoadedRules, Need, RuleGroup
from exporter.observed.prometheus import needs
from exporter.observed.prometheus.answers import data
from exporter.observed.prometheus.api import Api, unserved
from exporter.observed.prometheus.instants import instant, late

ROUTE = "/api/v1/rules"
_SAID = 200
_HEALTHY = frozenset({"ok", "unknown"})
"""Unknown is the health before the first evaluation."""


class _Rule(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    query: str
    type: str = ""
    health: str = "unknown"
    last_error: str = ""


class _Group(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    rules: list[_Rule] | None
    file: str = ""
    interval: float = 0
    evaluation_time: float = 0
    last_evaluation: str = ""


class _Groups(msgspec.Struct, frozen=True):
    groups: list[_Group] | None


async def ask(api: Api, judges: Callable[[str], bool], *, now: datetime) -> LoadedRules:
    """Return the groups whose names are *wanted*; raises :exc:`ReadError` unless unserved."""
    try:
        return await api.get(
            ROUTE, lambda body: parse(body, judges, now=now), params={"exclude_alerts": "true"}
        )
    except ReadError as error:
        if reason := unserved(error):
            return LoadedRules(unserved=reason)
        raise


def parse(body: bytes, judges: Callable[[str], bool], *, now: datetime) -> LoadedRules:
    """Return the *wanted* groups of an answer, sorted; raises :exc:`ReadError`.

    What any rule records is a series that no other rule has to look for.
    """
    groups = data(body, _Groups, path=ROUTE).groups or []
    recorded = {
        rule.name for group in groups for rule in group.rules or () if rule.type == "recording"
    }
    found = [_group(group, recorded, now=now) for group in groups if judges(group.name)]
    return LoadedRules(tuple(sorted(found, key=lambda group: (group.name, group.file))))


def _group(group: _Group, recorded: set[str], *, now: datetime) -> RuleGroup:
    rules = group.rules or []
    wants: dict[Need, None] = {}
    unreadable: list[str] = []
    for rule in rules:
        try:
            wants.update(dict.fromkeys(_unmet(needs.needs(rule.query), recorded)))
        except ParseError:
            unreadable.append(rule.name)
    return RuleGroup(
        name=group.name,
        file=group.file,
        interval=group.interval,
        slow=0 < group.interval < group.evaluation_time,
        evaluated=_evaluated(group, now=now),
        errors=tuple(_errors(rules)),
        needs=tuple(wants),
        unreadable=tuple(unreadable),
    )


def _unmet(wants: Iterable[Need], recorded: set[str]) -> Iterator[Need]:
    for want in wants:
        if not any(needs.metric(selector) in recorded for selector in want):
            yield want


def _errors(rules: Iterable[_Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.health not in _HEALTHY or rule.last_error:
            yield f"{rule.name}: {rule.last_error[:_SAID] or rule.health}"


def _evaluated(group: _Group, *, now: datetime) -> Evaluated:
    last = instant(group.last_evaluation)
    if last is None:
        return Evaluated.NEVER
    every = timedelta(seconds=min(max(group.interval, 0), 10**8))
    return Evaluated.LONG_AGO if late(last, every=every, now=now) else Evaluated.RECENTLY
