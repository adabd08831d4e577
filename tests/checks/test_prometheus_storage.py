import pytest

from exporter.checks import prometheus_storage
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, VolumeClaim
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source

PLACE = Place(Source.ARGOCD, "monitoring.yaml", 31)
GIB = 1 << 30


def claim(
    name: str = "db-0", *, size: int | None = 80 * GIB, bound: bool | None = True
) -> VolumeClaim:
    return VolumeClaim(namespace="m", name=name, requested=size, bound=bound)


def judge(*claims: VolumeClaim, declared: str = "80Gi", told: bool = True) -> Finding:
    known = (
        DeclaredStack({StackValue.STORAGE: Located(declared, PLACE)}),
        PrometheusClaims(claims=claims, told=told, pattern="*/db-*"),
    )
    (finding,) = prometheus_storage.judge(Facts({type(one): one for one in known}))
    return finding


@pytest.mark.parametrize("declared", ["80Gi", "81920Mi", "85899345920"])
def test_claims_of_the_declared_size_pass(declared: str) -> None:
    finding = judge(claim(), claim("db-1"), declared=declared)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.observed == {"m/db-0": "80Gi", "m/db-1": "80Gi"}
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        pytest.param((), "no claim matches */db-*", id="none"),
        pytest.param((claim(size=50 * GIB),), "m/db-0 asks for 50Gi", id="smaller"),
        pytest.param((claim(), claim("db-1", size=1)), "m/db-1 asks for 1", id="one-of-two"),
        pytest.param((claim(bound=False),), "m/db-0 is not Bound", id="pending"),
        pytest.param(
            (claim(size=1, bound=False),), "m/db-0 asks for 1 and is not Bound", id="both"
        ),
        pytest.param(
            (claim(size=1, bound=None),), "m/db-0 asks for 1", id="what-is-known-suffices"
        ),
    ],
)
def test_other_claims_fail(claims: tuple[VolumeClaim, ...], detail: str) -> None:
    finding = judge(*claims)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


@pytest.mark.parametrize(
    ("finding", "detail"),
    [
        pytest.param(judge(told=False), "Prometheus has no metrics of volume claims", id="blind"),
        pytest.param(judge(claim(bound=None)), "not all is told of m/db-0", id="no-phase"),
        pytest.param(judge(claim(size=None)), "not all is told of m/db-0", id="no-size"),
        pytest.param(judge(claim(), declared="80 GB"), "'80 GB' is no quantity", id="nonsense"),
    ],
)
def test_what_cannot_be_compared_is_unknown(finding: Finding, detail: str) -> None:
    assert finding.verdict is Verdict.UNKNOWN
    assert detail in finding.detail


def test_where_nothing_is_declared_there_is_nothing_to_judge() -> None:
    facts = Facts({DeclaredStack: DeclaredStack(), PrometheusClaims: PrometheusClaims()})

    assert list(prometheus_storage.judge(facts)) == []


@pytest.mark.parametrize("declared", [{}, {StackValue.STORAGE: Located("1Gi", PLACE)}])
def test_what_may_be_declared_where_nobody_can_tell_is_neither_absent_nor_judged(
    declared: dict[StackValue, Located[str]],
) -> None:
    gap = Gap(Source.ARGOCD, "kps.yaml: is malformed")
    known = (
        DeclaredStack(declared, {StackValue.STORAGE: gap}),
        PrometheusClaims(claims=(claim(),), pattern="*/db-*"),
    )
    facts = Facts({type(one): one for one in known})

    (finding,) = prometheus_storage.judge(facts)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("argocd"))
    assert "kps.yaml: is malformed" in finding.detail
    assert list(prometheus_storage.CHECK.subjects(facts)) == [finding.subject]
