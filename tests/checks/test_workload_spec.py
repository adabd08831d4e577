from typing import Any

import pytest

from exporter.checks import drift, workload_spec
from exporter.domain.declaration import ApplicationKey, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.images import Mirror
from exporter.domain.json import Json
from exporter.domain.policy import Policy
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

KEY = WorkloadKey("api", "Deployment", "scan-api")
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
IMAGE = Place(Source.KUSTOMIZE, "k8s/scan/kustomization.yaml", 9)
IMAGE_AT = "/spec/template/spec/containers/0/image"


def manifest(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "scan"}, "annotations": {}}, "spec": spec}


def pods(image: str = "scan:1", **container: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "app", "image": image, **container}]}}


def judge(
    declared: Json,
    observed: Json | None,
    *,
    ignored: tuple[str, ...] = (),
    leaves: str = "",
    application: str = "",
    mirrors: tuple[Mirror, ...] = (),
) -> Finding:
    workload = DeclaredWorkload(
        key=KEY,
        manifest=declared if isinstance(declared, dict) else {},
        place=PLACE,
        places={IMAGE_AT: IMAGE},
        application=ApplicationKey("argocd", application) if application else None,
        ignored=ignored,
        leaves=leaves,
    )
    cluster = (
        {KEY: ObservedWorkload(key=KEY, manifest=observed)} if isinstance(observed, dict) else {}
    )
    known = {
        DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
        ObservedWorkloads: ObservedWorkloads(cluster),
        Policy: Policy(mirrors=mirrors),
    }
    (finding,) = workload_spec.judge(Facts(known=known))
    return finding


def test_equal_fields_pass() -> None:
    declared = manifest(template=pods())

    finding = judge(declared, manifest(template=pods(imagePullPolicy="Always"), paused=False))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.provenance == (PLACE,)


def test_an_image_from_a_mirror_is_no_difference_and_another_one_is() -> None:
    mirrors = (Mirror(of="docker.io", to="hub.example.org"),)
    declared = manifest(template=pods("team/scan:1"))

    same = judge(declared, manifest(template=pods("hub.example.org/team/scan:1")), mirrors=mirrors)
    other = judge(declared, manifest(template=pods("hub.example.org/team/scan:2")), mirrors=mirrors)

    assert same.verdict is Verdict.PASS
    assert other.verdict is Verdict.FAIL


def test_a_difference_names_its_field_both_values_and_the_line() -> None:
    finding = judge(manifest(template=pods("scan:1")), manifest(template=pods("scan:2")))

    pointer = "/spec/template/spec/containers/app/image"
    assert (finding.verdict, finding.detail) == (
        Verdict.FAIL,
        f"1 declared field differs: {pointer}",
    )
    assert (finding.declared, finding.observed) == ({pointer: "scan:1"}, {pointer: "scan:2"})
    assert finding.provenance == (IMAGE,)


@pytest.mark.parametrize(
    ("declared", "observed", "failing"),
    [
        pytest.param({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, True, id="label"),
        pytest.param({"labels": {"a": "1"}}, {"labels": {"a": "1", "b": "2"}}, False, id="extra"),
        pytest.param({"annotations": {"a": "1"}}, {"annotations": {}}, True, id="annotation"),
        pytest.param({}, {"annotations": {"a": "1"}}, False, id="undeclared annotation"),
        pytest.param(
            {"annotations": {"argocd.argoproj.io/sync-wave": "1"}},
            {},
            False,
            id="tool's annotation",
        ),
        pytest.param({"labels": None}, {"labels": {}}, False, id="null"),
        pytest.param({"labels": ["odd"]}, {"labels": {}}, True, id="odd shape"),
    ],
)
def test_labels_and_annotations_are_compared_as_far_as_they_are_declared(
    declared: Json,
    observed: Json,
    failing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    finding = judge({"metadata": declared}, {"metadata": observed, "spec": {}})

    assert (finding.verdict is Verdict.FAIL) is failing


def test_replicas_are_another_checks_to_judge() -> None:
    assert judge(manifest(replicas=2), manifest(replicas=5)).verdict is Verdict.PASS


def test_a_restart_by_kubectl_is_no_difference() -> None:
    def restarted(at: str) -> Json:
        annotations = {"kubectl.kubernetes.io/restartedAt": at, "a": "b"}
        return manifest(template={"metadata": {"annotations": annotations}})

    assert judge(restarted("yesterday"), restarted("today")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("application", "verdict"),
    [
        pytest.param("scan-prod", Verdict.PASS, id="of its Application"),
        pytest.param("other", Verdict.FAIL, id="of another"),
        pytest.param("", Verdict.FAIL, id="of none"),
    ],
)
def test_the_label_that_argo_cd_tracks_by_may_name_the_application(
    application: str, verdict: Verdict
) -> None:
    label = "app.kubernetes.io/instance"
    declared = {"metadata": {"labels": {label: "scan"}}, "spec": {}}
    observed = {"metadata": {"labels": {label: "scan-prod"}}, "spec": {}}

    assert judge(declared, observed, application=application).verdict is verdict


def test_ignored_differences_are_not_compared() -> None:
    declared, observed = manifest(template=pods("a")), manifest(template=pods("b"))

    assert judge(declared, observed, ignored=(IMAGE_AT,)).verdict is Verdict.PASS


def test_a_difference_that_may_be_left_to_others_is_unknown_and_none_passes() -> None:
    declared = manifest(template=pods("a"))

    same = judge(declared, declared, leaves="a.yaml:9: what hpa owns")
    other = judge(declared, manifest(template=pods("b")), leaves="a.yaml:9: what hpa owns")

    assert same.verdict is Verdict.PASS
    assert other.verdict is Verdict.UNKNOWN
    assert "a.yaml:9: what hpa owns" in other.detail
    assert "app/image" in other.detail


def test_only_the_first_differences_are_shown_but_all_are_counted() -> None:
    env = [{"name": f"V{n:02}", "value": "x"} for n in range(50)]

    finding = judge(manifest(template=pods(env=env)), manifest(template=pods()) | {"x": 1})

    assert finding.detail.startswith("1 declared field differs: ")

    finding = judge(manifest(template=pods(env=env)), manifest(template=pods(env=[])))

    assert finding.detail.startswith("50 declared fields differ: ")
    assert finding.detail.endswith("env/V09 and 40 more")
    assert isinstance(finding.declared, dict)
    assert len(finding.declared) == drift.MAX_SHOWN


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 5000, id="text"),
        pytest.param({"a": ["x" * 1000]}, id="object"),
        pytest.param(10**5000, id="number"),
        pytest.param(object(), id="no JSON at all"),
    ],
)
def test_values_are_shown_short(value: Any) -> None:
    finding = judge({"spec": {"strange": value}}, {"spec": {}})

    assert len(str(finding.declared)) < 400
    assert finding.observed == {"/spec/strange": None}


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(manifest(), None)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )
