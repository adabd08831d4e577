"""Every declared object must be in the cluster, of whatever kind it is."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.pending import PENDING

ID = "object_present"
NAMESPACE = "Namespace"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared object but those at which nobody lets us look.

    These are items that nobody compares, and ``declaration_compared`` tells of them.
    """
    observed = facts.get(ObservedObjects)
    declared = facts.get(DeclaredObjects)
    for subject, objects in declared.by_subject.items():
        if not observed.refusal_of(objects):
            yield _judge(subject, objects, observed, missing_namespace(subject, declared, observed))


def missing_namespace(
    subject: Subject, declared: DeclaredObjects, observed: ObservedObjects
) -> Cause | None:
    """Return the declared namespace that an object lacks with all else in it, if so."""
    key = ObjectKey("", NAMESPACE, "", subject.namespace)
    if key not in declared.objects or key in observed or observed.gap(key):
        return None
    return Cause(ID, Subject(NAMESPACE, "", subject.namespace))


def _judge(
    subject: Subject,
    objects: Sequence[DeclaredObject],
    observed: ObservedObjects,
    cause: Cause | None,
) -> Finding:
    places = tuple(declared.place for declared in objects)
    absent = [declared for declared in objects if declared.key not in observed]
    unseen = [gap for one in absent if (gap := observed.gap(one.key)) is not None]
    if not absent:
        return Finding(
            check=ID,
            subject=subject,
            verdict=Verdict.PASS,
            declared="present",
            observed="present",
            provenance=places,
        )
    if len(unseen) == len(absent):
        return Finding(
            check=ID,
            subject=subject,
            verdict=Verdict.UNKNOWN,
            detail=unseen[0].message,
            cause=Cause(unseen[0].source),
            provenance=places,
        )
    missing = next(one for one in absent if observed.gap(one.key) is None)
    detail = f"{missing.key.group_kind} is not in the cluster"
    if cause is not None:
        detail += f", as the namespace {subject.namespace} is not"
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.UNKNOWN if cause else Verdict.FAIL,
        detail=detail,
        declared="present",
        observed="absent",
        cause=cause,
        provenance=places,
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Declared objects are in the cluster",
    needs=(DeclaredObjects, ObservedObjects),
    weighs=PENDING,
    delivered=True,
    subjects=subjects.declared_objects,
    judge=judge,
    judges="present",
    chapter=Chapter.OBJECTS,
    advice="Deploy the missing objects.",
    alert=Alert(
        name="ObjectMissing",
        after="10m",
        summary="A declared object is not in the cluster.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is declared, and "
            "the cluster has no such object. Next: look at its Application: not synced, paused or "
            "deleted?"
        ),
    ),
)
