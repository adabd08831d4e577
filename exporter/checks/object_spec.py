"""Every object must have the fields that the code declares for it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from exporter.checks import object_present, subjects
from exporter.checks.drift import drift, judged
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import WORST_FIRST, Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.images import Mirror
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.pending import PENDING
from exporter.domain.policy import Policy
from exporter.domain.provenance import Source

ID = "object_spec"

WEBHOOKS: Final = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
MAX_WEBHOOKS: Final = 200
WRITTEN: Final = {
    GroupKind("apiextensions.k8s.io", "CustomResourceDefinition"): (
        "/spec/conversion/webhook/clientConfig/caBundle",
    ),
    GroupKind("apiregistration.k8s.io", "APIService"): ("/spec/caBundle",),
    **{
        GroupKind("admissionregistration.k8s.io", kind): tuple(
            f"/webhooks/{index}/clientConfig/caBundle" for index in range(MAX_WEBHOOKS)
        )
        for kind in WEBHOOKS
    },
}
"""Fields that a placeholder stands for in code: certificates that the webhooks' own tools fill in.

Source: cert-manager's CA injector, and the patch jobs of charts.
"""
FLIPPED: Final = ("istiod-", "istio-validator-")
"""Beginnings of the names of webhooks whose own controller sets their failure policy.

Source: Istio, Validation Webhook: ``Ignore`` until istiod runs, ``Fail`` from then on.
"""
AGGREGATED: Final = GroupKind("rbac.authorization.k8s.io", "ClusterRole")


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare what is declared of every object, except of those at which nobody lets us look.

    What was compared before is not again as long as both sides are the same.
    """
    observed = facts.get(ObservedObjects)
    mirrors = (facts.find(Policy) or Policy()).mirrors
    for subject, objects in facts.get(DeclaredObjects).by_subject.items():
        if observed.refusal_of(objects):
            continue
        seen = [observed.get(declared.key) for declared in objects]
        make = partial(_judge, subject, objects, observed, mirrors)
        known = all(isinstance(one, ObservedObject) for one in seen)
        yield facts.memory.once(subject, (objects, mirrors, *seen), make) if known else make()


def _judge(
    subject: Subject,
    objects: Sequence[DeclaredObject],
    observed: ObservedObjects,
    mirrors: tuple[Mirror, ...],
) -> Finding:
    """Judge what bears one name: of several objects, of as many groups, the worst."""
    findings = [_judge_one(subject, one, observed=observed, mirrors=mirrors) for one in objects]
    return min(findings, key=lambda one: WORST_FIRST.index(one.verdict))


def _judge_one(
    subject: Subject,
    declared: DeclaredObject,
    *,
    observed: ObservedObjects,
    mirrors: tuple[Mirror, ...],
) -> Finding:
    have = observed.get(declared.key)
    if have is None:
        return _without_content(subject, declared, observed)
    if isinstance(have, Gap):
        return _unknown(subject, declared, detail=have.message, cause=Cause(have.source))
    if have.version != declared.version:
        detail = f"it is declared as version {declared.version}, and seen as {have.version}"
        return _unknown(subject, declared, detail=detail, cause=Cause(Source.KUBERNETES))
    kind = declared.key.group_kind
    written = WRITTEN.get(kind, ())
    if kind.kind in WEBHOOKS and declared.key.name.startswith(FLIPPED):
        written += tuple(f"/webhooks/{index}/failurePolicy" for index in range(MAX_WEBHOOKS))
    if kind == AGGREGATED and declared.manifest.get("aggregationRule"):
        written = ("/rules",)
    found = drift(declared, have.manifest, elsewhere=written, kind=kind.kind, mirrors=mirrors)
    return judged(ID, subject, declared, found)


def _without_content(
    subject: Subject, declared: DeclaredObject, observed: ObservedObjects
) -> Finding:
    gap = observed.gap(declared.key)
    if gap is not None:
        return _unknown(subject, declared, detail=gap.message, cause=Cause(gap.source))
    if declared.key in observed:
        detail = "it is there, and its content was not read yet"
        return _unknown(subject, declared, detail=detail, cause=Cause(Source.KUBERNETES))
    cause = Cause(object_present.ID, subject)
    return _unknown(subject, declared, detail="object is not in the cluster", cause=cause)


def _unknown(subject: Subject, declared: DeclaredObject, *, detail: str, cause: Cause) -> Finding:
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.UNKNOWN,
        detail=detail,
        cause=cause,
        provenance=(declared.place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Objects have the declared fields",
    needs=(DeclaredObjects, ObservedObjects),
    uses=(Policy,),
    weighs=PENDING,
    delivered=True,
    subjects=subjects.declared_objects,
    judge=judge,
    judges="spec",
    chapter=Chapter.OBJECTS,
    advice="Undo manual changes to the objects, or declare them in the code.",
    alert=Alert(
        name="ObjectDrifted",
        after="15m",
        summary="An object has other fields than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has declared "
            "fields with other values, or lacks them. Next: sync its Application, or bring the "
            "change into the code; the status page lists the fields."
        ),
    ),
)
