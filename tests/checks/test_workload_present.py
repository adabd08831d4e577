from exporter.checks import workload_present
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

PLACE = Place(Source.KUSTOMIZE, "k8s/auth/deployment.yaml", 1)
A = WorkloadKey("api", "Deployment", "a")
Z = WorkloadKey("api", "StatefulSet", "z")


def facts(*observed: WorkloadKey) -> Facts:
    declared = {key: DeclaredWorkload(key=key, manifest={}, place=PLACE) for key in (Z, A)}
    cluster = {key: ObservedWorkload(key=key, manifest={}) for key in observed}
    return Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads(declared),
            ObservedWorkloads: ObservedWorkloads(cluster),
        }
    )


def verdicts(findings: list[Finding]) -> list[tuple[str, Verdict]]:
    return [(finding.subject.name, finding.verdict) for finding in findings]


def test_a_declared_workload_passes_in_the_cluster_and_fails_outside() -> None:
    findings = list(workload_present.judge(facts(A)))

    assert verdicts(findings) == [("a", Verdict.PASS), ("z", Verdict.FAIL)]
    assert findings[1].detail == "workload is not in the cluster"
    assert findings[1].provenance == (PLACE,)


def test_a_workload_of_another_kind_is_another_workload() -> None:
    other = WorkloadKey("api", "DaemonSet", "a")

    findings = list(workload_present.judge(facts(other, Z)))

    assert verdicts(findings) == [("a", Verdict.FAIL), ("z", Verdict.PASS)]


def test_nothing_is_judged_of_facts_that_are_absent() -> None:
    assert list(workload_present.CHECK.subjects(Facts())) == []
