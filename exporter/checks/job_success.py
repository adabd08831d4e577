"""Declared Jobs must succeed, and CronJobs as often as they are due."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Final

from exporter.checks import object_present
from exporter.checks.parts import Part, fails, judged, unknown
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cron import last_due, parse_zone
from exporter.domain.declaration import DeclaredObject
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.instants import known_instant
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Source

ID = "job_success"

JOB: Final = GroupKind("batch", "Job")
CRON_JOB: Final = GroupKind("batch", "CronJob")
MINUTE: Final = timedelta(minutes=1)


def jobs(facts: Facts) -> list[tuple[Subject, DeclaredObject]]:
    """Return the declared Jobs and CronJobs at which somebody lets us look, sorted."""
    declared, observed = facts.find(DeclaredObjects), facts.find(ObservedObjects)
    every = facts.memory.once("jobs", (declared,), partial(_jobs, declared))
    return [
        (subject, one)
        for subject, one in every
        if not (observed and observed.refusal(one.key.group_kind))
    ]


def _jobs(declared: DeclaredObjects | None) -> list[tuple[Subject, DeclaredObject]]:
    found = declared.objects.values() if declared else ()
    every = ((one.subject, one) for one in found if one.key.group_kind in {JOB, CRON_JOB})
    return sorted(every, key=itemgetter(0))


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at how every declared Job ended, and when every declared CronJob last succeeded."""
    observed, found = facts.get(ObservedObjects), jobs(facts)
    now = _now(facts.get(AsOf), [observed.get(declared.key) for _, declared in found])
    for subject, declared in found:
        have = observed.get(declared.key)
        parts, evidence = _parts(declared, observed, now)
        passing = Finding(
            check=ID,
            subject=subject,
            verdict=Verdict.PASS,
            detail=evidence,
            declared=as_text(dig(declared.manifest, "spec", "schedule")) or None,
            observed=as_text(have.status.get("lastSuccessfulTime")) or None
            if isinstance(have, ObservedObject)
            else None,
            provenance=(declared.place,),
        )
        yield judged(passing, parts)


def _now(at: AsOf, seen: list[ObservedObject | Gap | None]) -> datetime:
    """Return the instant to which ages count, to the minute: of an old dump the newest it names."""
    told = (
        known_instant(as_text(one.status.get(name)))
        for one in seen
        if isinstance(one, ObservedObject)
        for name in ("lastScheduleTime", "lastSuccessfulTime")
    )
    newest = at.witnesses or max(filter(None, told), default=at.now)
    return newest.replace(second=0, microsecond=0)


def _parts(
    declared: DeclaredObject, observed: ObservedObjects, now: datetime
) -> tuple[list[Part], str]:
    """Return what is amiss, or not known, and what a pass rests on."""
    have = observed.get(declared.key)
    gap = have if isinstance(have, Gap) else observed.gap(declared.key)
    if gap is not None:
        return [unknown(gap.message, cause=Cause(gap.source))], ""
    if declared.key not in observed:
        cause = Cause(object_present.ID, declared.subject)
        return [unknown(f"{declared.key.kind} is not in the cluster", cause=cause)], ""
    if not isinstance(have, ObservedObject):
        cause = Cause(Source.KUBERNETES)
        return [unknown("it is there, and its content was not read yet", cause=cause)], ""
    if declared.key.group_kind == JOB:
        return _job(have)
    return _cron_job(declared, have, now)


def _job(have: ObservedObject) -> tuple[list[Part], str]:
    conditions = [as_object(one) for one in as_list(have.status.get("conditions"))]
    told = {as_text(one.get("type")): one for one in conditions if one.get("status") == "True"}
    failed = told.get("Failed")
    if failed is not None:
        reason, message = as_text(failed.get("reason")), as_text(failed.get("message"))
        return [fails(f"it failed: {reason}: {excerpt(message)}")], ""
    return [], "it has succeeded" if "Complete" in told else "it has not ended yet"


def _cron_job(
    declared: DeclaredObject, have: ObservedObject, now: datetime
) -> tuple[list[Part], str]:
    if dig(have.manifest, "spec", "suspend") is True:
        if dig(declared.manifest, "spec", "suspend") is True:
            return [], "it is suspended, as the code says"
        cause = Cause("object_spec", declared.subject)
        return [unknown("it is suspended, and the code does not say so", cause=cause)], ""
    spec = as_object(declared.manifest.get("spec"))
    zone = as_text(spec.get("timeZone"))
    try:
        parse_zone(zone)
    except ParseError as error:  # Kubernetes knew it when the object was written
        return [unknown(error.message)], ""
    schedule = as_text(spec.get("schedule"))
    if schedule.startswith("@every"):
        return [unknown(f"{excerpt(schedule)} counts from when its controller began")], ""
    try:
        due, before = _due(schedule, zone, now)
    except ParseError as error:
        return [fails(f"its schedule makes no sense: {excerpt(error.message)}")], ""
    return _missed(have, due=due, before=before)


def _due(schedule: str, zone: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return when a schedule was due last, and the time before."""
    due = last_due(schedule, zone, now)
    return due, last_due(schedule, zone, due - MINUTE) if due else None


def _missed(
    have: ObservedObject, *, due: datetime | None, before: datetime | None
) -> tuple[list[Part], str]:
    """Judge by the run before the last one that was due, as the last one may not have ended."""
    created = known_instant(as_text(have.status.get("created")))
    succeeded = known_instant(as_text(have.status.get("lastSuccessfulTime")))
    if due is None or before is None or (created is not None and created > before):
        return [], "it was not due twice yet"
    if succeeded is None:
        return [fails(f"it has never succeeded, and was due at {before.isoformat()}")], ""
    if succeeded < before:
        said = f"it last succeeded at {succeeded.isoformat()}"
        return [fails(f"{said}, and was due at {before.isoformat()} and {due.isoformat()}")], ""
    return [], f"it last succeeded at {succeeded.isoformat()}"


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Jobs succeed when they are due",
    needs=(DeclaredObjects, ObservedObjects, AsOf),
    subjects=lambda facts: [subject for subject, _ in jobs(facts)],
    judge=judge,
    judges="success",
    chapter=Chapter.OBJECTS,
    advice="Find out why Jobs fail, and why CronJobs do not run when they are due.",
    alert=Alert(
        name="JobNotSucceeded",
        after="10m",
        summary="A declared Job failed, or a CronJob has not succeeded when it was due.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} failed, or has "
            "not succeeded for two of the times that it was due. Next: kubectl -n "
            "{{ $labels.object_namespace }} get jobs, then the logs of the last one."
        ),
    ),
)
