"""No silence may keep all our alerts quiet for more than a day; those of some are told."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

from exporter.checks.wording import MAX_ITEMS, excerpt, listing
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.monitoring.alertmanager import (
    OURS,
    SILENCED,
    ActiveAlerts,
    DeclaredAlertmanager,
    Silence,
    Silences,
    is_ours,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.policy import AsOf

ID = "alertmanager_silences"
ALERTMANAGER = Subject("Alertmanager", "", Component.ALERTMANAGER.value)
LONGEST = timedelta(hours=24)
_NAME = "alertname"
_UNTOLD = "something that Alertmanager's API does not tell (several sets of matchers?)"
_PROBES = (f"{OURS}NodeMissing", f"{OURS}Anything")
"""Names of alerts of ours; what matches both was not written for a single one."""


def subjects(facts: Facts) -> list[Subject]:
    """Return the Alertmanager."""
    return [ALERTMANAGER] if facts.find(DeclaredAlertmanager) else []


def judge(facts: Facts) -> Iterator[Finding]:
    """List the silences that hold and cover alerts of ours, those of all of them first."""
    declared = facts.get(DeclaredAlertmanager)
    alerts = facts.get(ActiveAlerts)
    silences = facts.get(Silences)
    now = facts.get(AsOf).now + silences.ahead
    holding = [silence for silence in silences.silences if silence.starts <= now < silence.ends]
    untold = [silence for silence in holding if not silence.matchers]
    judged = [(silence, _covers_all(silence)) for silence in holding if silence.matchers]
    of_all = [one for one, blanket in judged if blanket]
    of_some = [one for one, blanket in judged if not blanket and _covers_some(one, alerts)]
    too_long = [one for one in of_all if one.ends - now > LONGEST]
    yield Finding(
        check=ID,
        subject=ALERTMANAGER,
        verdict=_verdict(too_long, untold),
        detail=_list(of_all, of_some, untold),
        declared="no silence of all our alerts for more than 24 hours",
        observed=[_show(one, alerts) for one in (*of_all, *untold, *of_some)[:MAX_ITEMS]],
        provenance=(declared.place,),
    )


def _covers_all(silence: Silence) -> bool:
    """Tell whether any alert of ours would be silenced, whatever it is about.

    A matcher on another label than the name and severity speaks of single things, unless it
    is met where that label is absent.
    """
    return all(
        matcher.matches({_NAME: name, "severity": severity}.get(matcher.name, ""))
        for name, severity in product(_PROBES, Severity)
        for matcher in silence.matchers
    )


def _covers_some(silence: Silence, alerts: ActiveAlerts) -> bool:
    """Tell whether an alert of ours is silenced now, or would be by its name."""
    if silence.id in alerts.silenced:
        return True
    named = [matcher for matcher in silence.matchers if matcher.name == _NAME and matcher.equal]
    if any(not one.regex and is_ours(one.value) for one in named):
        return True
    return bool(named) and any(all(one.matches(name) for one in named) for name in _PROBES)


def _verdict(too_long: Sequence[Silence], untold: Sequence[Silence]) -> Verdict:
    if too_long:
        return Verdict.FAIL
    return Verdict.UNKNOWN if untold else Verdict.PASS


def _list(of_all: Sequence[Silence], of_some: Sequence[Silence], untold: Sequence[Silence]) -> str:
    """Tell ten at most, those of all our alerts first, and how many more there are."""
    texts = [_tell(silence, "all our alerts") for silence in of_all[:MAX_ITEMS]]
    texts += [_tell(silence, _UNTOLD) for silence in untold[:MAX_ITEMS]]
    texts += [_tell(silence) for silence in of_some[:MAX_ITEMS]]
    hidden = len(of_all) + len(of_some) + len(untold) - len(texts)
    return listing([*texts, *([""] * hidden)])


def _tell(silence: Silence, what: str = "") -> str:
    what = what or ", ".join(map(str, silence.matchers))
    who = excerpt(silence.created_by, limit=60) or "nobody"
    why = f" ({excerpt(silence.comment, limit=80)})" if silence.comment else ""
    return f"{excerpt(what, limit=120)} by {who} until {_minute(silence.ends)}{why}"


def _show(silence: Silence, alerts: ActiveAlerts) -> Json:
    return {
        "id": silence.id,
        "matchers": [excerpt(str(one)) for one in silence.matchers[:MAX_ITEMS]],
        "by": excerpt(silence.created_by),
        "until": _minute(silence.ends),
        "silenced": alerts.silenced.get(silence.id, 0),
    }


def _minute(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.INFO,
    title="No silence hides all our alerts for long",
    needs=(DeclaredAlertmanager, Silences, ActiveAlerts, AsOf),
    subjects=subjects,
    judge=judge,
    aspect="silences",
    component=Component.ALERTMANAGER,
    advice="Remove silences that hide all alerts, or narrow them.",
    alert=Alert(
        name=SILENCED,
        prefix="",
        after="1h",
        summary="A silence hides all alerts of this exporter for long.",
        description=(
            "A silence in Alertmanager {{ $labels.object_name }}{of_cluster} covers every alert of "
            "the exporter and does not end soon: drift goes unnoticed. Next: amtool silence query, "
            "and ask who made it."
        ),
    ),
)
