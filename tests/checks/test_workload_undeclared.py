import pytest

from exporter.checks import workload_undeclared
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
DECLARED = WorkloadKey("api", "Deployment", "scan-api")
STRAY = WorkloadKey("api", "Deployment", "debug")
SCAN = ApplicationKey("argocd", "scan")
HERE = ApplicationSource(repository="r", path="k8s/scan", local=True)
CHART = ApplicationSource(repository="https://charts.test", chart="redis")
REMOTE = ApplicationSource(repository="https://git.test/other", path="x")
LOST = Gap(Source.KUSTOMIZE, "k8s/my: is not YAML")


def facts(
    *observed: ObservedWorkload,
    applications: dict[str, tuple[ApplicationSource, ...]] | None = None,
    incomplete: tuple[Gap, ...] = (),
    unevaluated: frozenset[str] = frozenset(),
) -> Facts:
    workload = DeclaredWorkload(key=DECLARED, manifest={}, place=PLACE, application=SCAN)
    keys = {
        ApplicationKey("argocd", name): sources for name, sources in (applications or {}).items()
    }
    declared = {
        key: DeclaredApplication(key=key, place=PLACE, sources=sources)
        for key, sources in keys.items()
    }
    return Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads(
                {DECLARED: workload}, incomplete=incomplete, namespaces=frozenset({"api"})
            ),
            ObservedWorkloads: ObservedWorkloads({one.key: one for one in observed}),
            DeclaredApplications: DeclaredApplications(declared, unevaluated=unevaluated),
        }
    )


def seen(key: WorkloadKey = STRAY, *, owner: str = "", tracked_by: str = "") -> ObservedWorkload:
    return ObservedWorkload(key=key, manifest={}, owner=owner, tracked_by=tracked_by)


def judge(world: Facts) -> list[Finding]:
    findings = list(workload_undeclared.judge(world))
    assert [one.subject for one in findings] == list(workload_undeclared.CHECK.subjects(world))
    return findings


def test_a_declared_workload_passes_and_another_one_fails() -> None:
    stray, declared = judge(facts(seen(DECLARED), seen()))

    assert (declared.verdict, declared.provenance) == (Verdict.PASS, (PLACE,))
    assert (stray.verdict, stray.detail) == (Verdict.FAIL, "workload is declared nowhere")


ODD = Gap(Source.KUBERNETES, "Deployment api/debug cannot be read")


@pytest.mark.parametrize(
    ("key", "verdicts"),
    [
        pytest.param(DECLARED, [Verdict.PASS], id="declared"),
        pytest.param(STRAY, [Verdict.UNKNOWN], id="another object may have made it"),
        pytest.param(WorkloadKey("kube-system", "Deployment", "x"), [], id="not governed"),
    ],
)
def test_a_workload_that_cannot_be_read_is_judged_by_its_name(
    key: WorkloadKey, verdicts: list[Verdict]
) -> None:
    world = facts()
    odd = ObservedWorkloads({}, unreadable={key: ODD})

    findings = judge(Facts({**world.known, ObservedWorkloads: odd}))

    assert [one.verdict for one in findings] == verdicts
    assert all(ODD.message in one.detail for one in findings if one.verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    "workload",
    [
        pytest.param(seen(WorkloadKey("kube-system", "Deployment", "coredns")), id="namespace"),
        pytest.param(seen(owner="Prometheus"), id="made by a controller"),
    ],
)
def test_what_the_code_does_not_govern_is_no_subject(workload: ObservedWorkload) -> None:
    assert judge(facts(workload)) == []


@pytest.mark.parametrize(
    ("sources", "subjects"),
    [
        pytest.param((HERE,), 1, id="rendered here"),
        pytest.param((CHART,), 0, id="chart"),
        pytest.param((REMOTE,), 0, id="another repository"),
        pytest.param((HERE, CHART), 0, id="partly a chart"),
    ],
)
def test_what_an_application_renders_elsewhere_is_no_subject(
    sources: tuple[ApplicationSource, ...], subjects: int
) -> None:
    world = facts(seen(tracked_by="scan"), applications={"scan": sources})

    assert len(judge(world)) == subjects


def test_what_an_application_of_which_nothing_was_rendered_deploys_is_no_subject() -> None:
    assert judge(facts(seen(tracked_by="other"), applications={"other": (HERE,)})) == []


def test_an_application_that_is_not_declared_is_named() -> None:
    (finding,) = judge(facts(seen(tracked_by="ghost")))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.endswith("; its Application is ghost")


def test_what_may_be_declared_where_nobody_could_look_is_unknown() -> None:
    stray, declared = judge(facts(seen(DECLARED), seen(), incomplete=(LOST,)))

    assert (stray.verdict, stray.cause) == (Verdict.UNKNOWN, Cause("kustomize"))
    assert stray.detail.endswith("k8s/my: is not YAML")
    assert declared.verdict is Verdict.PASS


def test_what_an_unevaluated_application_set_may_make_is_unknown() -> None:
    (stray,) = judge(facts(seen(), unevaluated=frozenset({"previews"})))

    assert (stray.verdict, stray.cause) == (Verdict.UNKNOWN, Cause("argocd"))


def test_what_an_application_delivers_that_is_declared_no_more_is_told_with_that() -> None:
    world = facts(seen(tracked_by="scan"))
    gone = ObservedApplication(key=SCAN)
    known = {**world.known, ObservedApplications: ObservedApplications({SCAN: gone})}

    (stray,) = judge(Facts(known=known))

    assert (stray.verdict, stray.cause) == (
        Verdict.FAIL,
        Cause("application_abandoned", Subject("Application", "argocd", "scan")),
    )
