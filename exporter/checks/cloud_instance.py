"""Every declared instance must be there, running, and healthy by its status checks."""

from collections.abc import Iterator

from exporter.checks import clouds
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    InstanceHealth,
    ObservedInstances,
)
from exporter.domain.cloud_join import joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source

ID = "cloud_instance"
RUNNING = "running"


def instances(facts: Facts) -> list[Subject]:
    """Return the declared instances."""
    return clouds.subjects(facts, CloudKind.INSTANCE)


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up each declared instance, its state and its status checks."""
    join, health = joined_cloud(facts), facts.find(InstanceHealth)
    blind = _blind(facts)
    region = facts.get(CloudScope).region
    for one in facts.get(DeclaredCloud).of(CloudKind.INSTANCE):
        have = join.found.get(one.address)
        if one.address in join.doubts:
            yield clouds.unclear(ID, one, join.doubts[one.address])
        elif have is None:
            yield _missing(one, region)
        else:
            status = health.statuses.get(have.id, "") if health and not blind else ""
            yield _judge(one, have, status=status, blind=blind)


def _blind(facts: Facts) -> str:
    """Return why status checks are not known, or nothing."""
    gaps = facts.gaps_in((InstanceHealth,))
    return "; ".join(gap.message for gap in gaps)


def _missing(one: DeclaredResource, region: str) -> Finding:
    which = f"{one.id} " if one.id else f"of the name {one.name} "
    return Finding(
        check=ID,
        subject=clouds.subject(one),
        verdict=Verdict.FAIL,
        detail=f"there is no instance {which}in {region}",
        declared=RUNNING,
        observed="absent",
        provenance=(one.place,),
    )


def _judge(one: DeclaredResource, have: CloudResource, *, status: str, blind: str) -> Finding:
    verdict, detail, cause = Verdict.PASS, f"{have.id} is {have.state}", None
    if have.state != RUNNING or status == "impaired":
        verdict = Verdict.FAIL
        detail += "" if have.state != RUNNING else f", and its status checks are {status}"
    elif blind:
        verdict, cause = Verdict.UNKNOWN, Cause(Source.AWS)
        detail += f"; its status checks are not known: {blind}"
    elif status != "ok":
        verdict = Verdict.UNKNOWN
        detail += f"; its status checks say {status or 'nothing yet'}"
    return Finding(
        check=ID,
        subject=clouds.subject(one),
        verdict=verdict,
        detail=detail,
        declared=RUNNING,
        observed=have.state if have.state != RUNNING or not status else f"{RUNNING}, {status}",
        provenance=(one.place,),
        cause=cause,
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="Declared instances are running",
    needs=(DeclaredCloud, ObservedInstances, CloudScope),
    weighs=(InstanceHealth, *clouds.FACTS_OF_JOIN),
    subjects=instances,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Start or recreate the instances that are not running.",
    alert=Alert(
        name="InstanceNotRunning",
        after="5m",
        keep="15m",
        summary="A declared instance is missing, not running, or impaired.",
        description=(
            "Instance {{ $labels.object_name }}{of_cluster} is declared, and the cloud does not "
            "run it, or its status checks fail; its node is lost with it. Next: who stopped it? "
            "Start it, or apply the code again."
        ),
    ),
)
