"""Alertmanager must be ready, with all its peers, and each declared receiver must tell somebody."""

from collections.abc import Iterator

from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Check
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.alertmanager import (
    AlertmanagerReceivers,
    AlertmanagerStatus,
    DeclaredAlertmanager,
)
from exporter.domain.monitoring.stack import Component, DeclaredStack, StackValue
from exporter.domain.provenance import Located, Source

ID = "alertmanager_ready"
SETTLES = "observed.alertmanager.replicas can say it"
ALERTMANAGER = Subject("Alertmanager", "", Component.ALERTMANAGER.value)


def subjects(facts: Facts) -> list[Subject]:
    """Return the Alertmanager and the declared receivers, sorted."""
    declared = facts.find(DeclaredAlertmanager)
    if declared is None:
        return []
    receivers = [_receiver(receiver.value) for receiver in declared.receivers]
    return [ALERTMANAGER, *sorted(receivers)]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at Alertmanager itself, then at each declared receiver."""
    declared = facts.get(DeclaredAlertmanager)
    yield _judge(
        declared,
        facts.get(AlertmanagerStatus),
        replicas=_replicas(facts),
        hidden=_hidden(facts),
    )
    receivers = sorted(declared.receivers, key=lambda one: one.value)
    known = facts.find(AlertmanagerReceivers)
    gaps = facts.gaps_in((AlertmanagerReceivers,))
    for receiver in receivers:
        if known is None or gaps:
            reasons = "; ".join(gap.message for gap in gaps)
            yield _unread(receiver, reasons or "its receivers are not known yet")
        else:
            yield _judge_receiver(receiver, known)


def _replicas(facts: Facts) -> Located[int] | None:
    stack = facts.find(DeclaredStack)
    return stack.count(StackValue.ALERTMANAGER_REPLICAS) if stack else None


def _hidden(facts: Facts) -> Gap | None:
    stack = facts.find(DeclaredStack)
    return stack.hidden(StackValue.ALERTMANAGER_REPLICAS) if stack else None


def _judge(
    declared: DeclaredAlertmanager,
    have: AlertmanagerStatus,
    *,
    replicas: Located[int] | None,
    hidden: Gap | None,
) -> Finding:
    """Judge Alertmanager itself; *hidden* says why its peers may be declared otherwise, if so."""
    want = replicas.value if replicas and hidden is None else None
    troubles = list(_troubles(have, want))
    settling = have.cluster == "settling" and have.ready is not False
    places = (declared.place, *((replicas.place,) if replicas else ()))
    verdict, cause = (Verdict.FAIL if troubles else Verdict.PASS), None
    if hidden is not None and not troubles:
        verdict, cause = Verdict.UNKNOWN, Cause(hidden.source)
        troubles = [f"how many peers there must be is not known: {hidden.message}; {SETTLES}"]
    return Finding(
        check=ID,
        subject=ALERTMANAGER,
        verdict=verdict,
        detail="; ".join(troubles),
        cause=cause,
        declared={"ready": True, **({"peers": want} if want is not None else {})},
        observed={
            "ready": have.ready is not False,
            "cluster": excerpt(have.cluster),
            "peers": len(have.peers),
        },
        provenance=tuple(dict.fromkeys(places)),
        progress=_starting(have) if settling and verdict is Verdict.FAIL else None,
    )


def _starting(have: AlertmanagerStatus) -> Progress:
    """Return that it starts; one that starts again and again is not to be waited for anew."""
    return Progress(
        reason=ExcuseReason.STARTING,
        waits_for="its cluster settles",
        since=have.started,
        round="settling",
    )


def _troubles(have: AlertmanagerStatus, want: int | None) -> Iterator[str]:
    """Yield what is wrong; one that stands alone needs no gossip, and has no peers."""
    if have.ready is False:
        yield "it is not ready"
    alone = have.cluster == "disabled"
    if alone and want is not None and want > 1:
        yield f"its cluster is disabled, {want} peers are declared"
    elif not alone and have.cluster != "ready":
        yield f"its cluster is {excerpt(have.cluster) or 'in no known state'}"
    elif not alone and want is not None and len(have.peers) < want:
        yield f"{len(have.peers)} of {want} peers are in its cluster"


def _judge_receiver(receiver: Located[str], known: AlertmanagerReceivers) -> Finding:
    kinds = known.integrations.get(receiver.value)
    detail = ""
    if kinds is None:
        detail = f"no such receiver; there are {listing(sorted(known.integrations))}"
    elif not kinds:
        detail = "it has no integration, so it tells nobody"
    return Finding(
        check=ID,
        subject=_receiver(receiver.value),
        verdict=Verdict.FAIL if detail else Verdict.PASS,
        detail=excerpt(detail),
        declared="a receiver with an integration",
        observed=list(kinds) if kinds is not None else None,
        provenance=(receiver.place,),
    )


def _unread(receiver: Located[str], why: str) -> Finding:
    return Finding(
        check=ID,
        subject=_receiver(receiver.value),
        verdict=Verdict.UNKNOWN,
        detail=why,
        provenance=(receiver.place,),
        cause=Cause(Source.ALERTMANAGER),
    )


def _receiver(name: str) -> Subject:
    return Subject("Receiver", "", name)


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Alertmanager is ready to notify",
    needs=(DeclaredAlertmanager, AlertmanagerStatus),
    weighs=(DeclaredStack, AlertmanagerReceivers),
    subjects=subjects,
    judge=judge,
    aspect="ready",
    component=Component.ALERTMANAGER,
    advice="Make Alertmanager ready, and give it a receiver to notify.",
    alert=Alert(
        name="AlertmanagerNotReady",
        after="5m",
        summary="Alertmanager is not ready to notify everybody that it should.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_name }}{of_cluster} is not as declared: "
            "Alertmanager is not ready, lacks peers, or a receiver is missing or has nobody to "
            "notify. Next: amtool config show, and its log."
        ),
    ),
)
