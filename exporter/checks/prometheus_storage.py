"""The volumes of Prometheus must be claimed as large as the code says, and be bound."""

from collections.abc import Iterator
from decimal import Decimal

from exporter.checks.wording import excerpt, first
from exporter.domain.check import Alert, Check
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, VolumeClaim
from exporter.domain.monitoring.stack import Component, DeclaredStack, StackValue
from exporter.domain.provenance import Located
from exporter.domain.quantity import parse_quantity

ID = "prometheus_storage"
SUBJECT = Subject("Prometheus", "", Component.PROMETHEUS)
SETTLES = "observed.prometheus.storage can say it"
_GIB = 1 << 30


def declared_storage(facts: Facts) -> list[Subject]:
    """Return Prometheus, if storage is declared, or may be."""
    return [SUBJECT] if _declared(facts) or _hidden(facts) else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare what each claim asks for with what is declared."""
    declared, observed = _declared(facts), facts.get(PrometheusClaims)
    if hidden := _hidden(facts):
        yield _unknown(declared, hidden)
        return
    if declared is None:
        return
    verdict, detail = _verdict(declared.value, observed)
    yield Finding(
        check=ID,
        subject=SUBJECT,
        verdict=verdict,
        detail=detail,
        declared=declared.value,
        observed={
            str(claim): None if claim.requested is None else _written(claim.requested)
            for claim in observed.claims
        },
        provenance=(declared.place,),
    )


def _unknown(declared: Located[str] | None, hidden: Gap) -> Finding:
    return Finding(
        check=ID,
        subject=SUBJECT,
        verdict=Verdict.UNKNOWN,
        detail=f"what is declared is not known: {hidden.message}; {SETTLES}",
        declared=declared.value if declared else None,
        provenance=(declared.place,) if declared else (),
        cause=Cause(hidden.source),
    )


def _hidden(facts: Facts) -> Gap | None:
    known = facts.find(DeclaredStack)
    return known.hidden(StackValue.STORAGE) if known else None


def _declared(facts: Facts) -> Located[str] | None:
    known = facts.find(DeclaredStack)
    return known.values.get(StackValue.STORAGE) if known else None


def _verdict(declared: str, observed: PrometheusClaims) -> tuple[Verdict, str]:
    try:
        wanted = parse_quantity(declared)
    except ParseError as error:
        return Verdict.UNKNOWN, excerpt(error.message)
    if not observed.told:
        return Verdict.UNKNOWN, "Prometheus has no metrics of volume claims"
    if not observed.claims:
        return Verdict.FAIL, f"no claim matches {excerpt(observed.pattern)}"
    wrong = [said for one in observed.claims if (said := _trouble(one, wanted))]
    if wrong:
        return Verdict.FAIL, "; ".join(first(wrong))
    dark = [
        str(claim) for claim in observed.claims if claim.requested is None or claim.bound is None
    ]
    if dark:
        return Verdict.UNKNOWN, f"not all is told of {excerpt(dark[0])}"
    return Verdict.PASS, ""


def _trouble(claim: VolumeClaim, wanted: Decimal) -> str:
    """Say what is wrong with a claim, or nothing; what is not told is not wrong."""
    parts = []
    if claim.requested is not None and claim.requested != wanted:
        parts.append(f"asks for {_written(claim.requested)}")
    if claim.bound is False:
        parts.append("is not Bound")
    return f"{claim} {' and '.join(parts)}" if parts else ""


def _written(size: int) -> str:
    """Return a quantity as people write it, where that is exact."""
    return f"{size // _GIB}Gi" if size % _GIB == 0 else str(size)


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Volumes of Prometheus are as large as declared",
    needs=(DeclaredStack, PrometheusClaims),
    subjects=declared_storage,
    judge=judge,
    aspect="storage",
    component=Component.PROMETHEUS,
    advice="Give Prometheus the storage that is declared.",
    alert=Alert(
        name="PrometheusStorageMismatch",
        after="15m",
        summary="A volume of Prometheus is not as declared.",
        description=(
            "The volume claims of {{ $labels.object_name }}{of_cluster} are missing, not bound, or "
            "of another size than declared: samples may be kept nowhere that outlives the pod, or "
            "for less time than thought. Next: kubectl get pvc in its namespace."
        ),
    ),
)
