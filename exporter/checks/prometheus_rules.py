"""Prometheus must have loaded the declared groups of rules, and evaluate them on real series."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from exporter.checks import unknowns
from exporter.checks.settling import settling
from exporter.checks.wording import excerpt, first, listing
from exporter.domain.check import Alert, Check
from exporter.domain.excuses import Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.monitoring.prometheus.rules import (
    CheckSeries,
    DeclaredRules,
    Evaluated,
    LoadedRules,
    RuleGroup,
    RuleSeries,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.provenance import Source

ID = "prometheus_rules"
INTERVALS = 3
LEAST = timedelta(minutes=5)


def expected_groups(facts: Facts) -> list[Subject]:
    """Return the groups that are declared, and the others that are looked at, sorted."""
    declared = facts.find(DeclaredRules)
    if declared is None:
        return []
    return [_subject(name) for name in sorted(_groups(declared, facts.find(LoadedRules)))]


def judge(facts: Facts) -> Iterator[Finding]:
    """Judge each declared group, and each other one that is to be looked at.

    Where the series could not be asked for, only what else is wrong can be told.
    """
    declared, loaded = facts.get(DeclaredRules), facts.get(LoadedRules)
    asked = declared.check_series is not CheckSeries.OFF
    blind = unknowns.blind(facts, (RuleSeries,)) if asked else ""
    series = facts.get(RuleSeries) if asked and not blind else None
    for name, groups in sorted(_groups(declared, loaded).items()):
        verdict, detail, progress = _verdict(
            groups, unserved=loaded.unserved, series=series, settle=declared.settle
        )
        unsure = bool(blind) and verdict is Verdict.PASS
        yield Finding(
            check=ID,
            subject=_subject(name),
            verdict=Verdict.UNKNOWN if unsure else verdict,
            detail=blind if unsure else detail,
            declared="loaded",
            observed=first([group.name for group in groups]),
            provenance=(declared.place,) if name in declared.groups else (),
            cause=Cause(Source.PROMETHEUS) if unsure else None,
            progress=progress,
        )


def _subject(name: str) -> Subject:
    return Subject("RuleGroup", "", name)


def _groups(
    declared: DeclaredRules, loaded: LoadedRules | None
) -> Mapping[str, Sequence[RuleGroup]]:
    """Return the loaded groups by the pattern that declares them, or by their own names."""
    known = loaded.groups if loaded else ()
    found: dict[str, list[RuleGroup]] = {
        pattern: [one for one in known if fnmatchcase(one.name, pattern)]
        for pattern in declared.groups
    }
    for one in known:
        if declared.check_series is CheckSeries.ALL and not declared.owns(one.name):
            found.setdefault(one.name, []).append(one)
    return found


def _verdict(
    groups: Sequence[RuleGroup], *, unserved: str, series: RuleSeries | None, settle: timedelta
) -> tuple[Verdict, str, Progress | None]:
    """Return the verdict, why, and what may yet change that."""
    if unserved:
        return Verdict.UNKNOWN, unserved, None
    if not groups:
        return Verdict.FAIL, "no group of that name is loaded", None
    broken = [said for one in groups for said in _troubles(one)]
    if broken:
        return Verdict.FAIL, "; ".join(first(broken)), None
    lacking = sorted(
        {said for one in groups for said in (series.lacking(one.needs) if series else ())}
    )
    if lacking:
        return Verdict.FAIL, f"no series for {listing(first(lacking))}", settling(settle)
    new = [group for group in groups if group.evaluated is Evaluated.NEVER]
    if new:
        longest = max(one.interval for one in new)
        limit = max(LEAST, INTERVALS * timedelta(seconds=min(longest, 10**8)))
        waits_for = "its first evaluation is awaited"
        return Verdict.FAIL, "has not been evaluated yet", settling(limit, waits_for=waits_for)
    return (*_sight(groups, series), None)


def _troubles(group: RuleGroup) -> Iterator[str]:
    """Say what is wrong with the evaluation of a group."""
    yield from (excerpt(error) for error in group.errors)
    if group.evaluated is Evaluated.LONG_AGO:
        yield "last evaluated several intervals ago"
    if group.slow:
        yield f"an evaluation takes longer than its interval of {group.interval:g} s"


def _sight(groups: Sequence[RuleGroup], series: RuleSeries | None) -> tuple[Verdict, str]:
    """Pass only where the series of each rule were asked for."""
    if series is None:
        return Verdict.PASS, ""
    unread = [name for one in groups for name in one.unreadable]
    if unread:
        return Verdict.UNKNOWN, f"the expression of {excerpt(unread[0])} could not be read"
    unasked = sum(series.unasked(group.needs) for group in groups)
    if unasked:
        return Verdict.UNKNOWN, f"not asked for all series yet, {unasked} to go"
    return Verdict.PASS, ""


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Prometheus evaluates the declared rules",
    needs=(DeclaredRules, LoadedRules),
    weighs=(RuleSeries,),
    subjects=expected_groups,
    judge=judge,
    aspect="rules",
    component=Component.PROMETHEUS,
    headline=True,
    advice="Load the missing rules into Prometheus, and repair broken ones.",
    alert=Alert(
        name="PrometheusRulesUnhealthy",
        after="10m",
        summary="A declared group of rules is not loaded, or not healthy.",
        description=(
            "The rule group {{ $labels.object_name }}{of_cluster} is not loaded, fails to "
            "evaluate, is late, or selects series that do not exist: its alerts cannot fire. Next: "
            "the Prometheus page Rules names the error."
        ),
    ),
)
