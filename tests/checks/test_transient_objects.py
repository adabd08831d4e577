"""Objects that do not stay are not missed, and leftovers of the last rollout concern nobody."""

from typing import Any

import pytest

from exporter.checks import object_present
from exporter.declared import manifests
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import ApplicationKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.provenance import Place, Source

SHOP = ApplicationKey("argocd", "shop")
JOBS, CONFIGS = GroupKind("batch", "Job"), GroupKind("", "ConfigMap")
NAMESPACES = GroupKind("", "Namespace")
JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "example/a:1"}]}}},
}


def judge(content: dict[str, Any], *present: str) -> list[Finding]:
    """Judge an object of an Application where these are there in the namespace ``shop``."""
    manifest = Manifest(content=content, place=Place(Source.ARGOCD, "a.yaml", 1))
    read = manifests.read([manifest], namespace="shop", application=SHOP)
    there = {("shop", name): None for name in present}
    known = {
        DeclaredObjects: DeclaredObjects({one.key: one for one in read.objects}),
        ObservedObjects: ObservedObjects(kinds={JOBS: there, CONFIGS: there, NAMESPACES: {}}),
    }
    return list(object_present.judge(Facts(known=known)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {**JOB, "metadata": {"name": "a", "annotations": {"argocd.argoproj.io/hook": "Sync"}}},
            id="a hook of Argo CD",
        ),
        pytest.param(
            {**JOB, "metadata": {"name": "a", "annotations": {"helm.sh/hook": "pre-upgrade"}}},
            id="a hook of Helm",
        ),
        pytest.param({**JOB, "metadata": {"generateName": "a-"}}, id="a new name each time"),
        pytest.param(
            {
                **JOB,
                "metadata": {"name": "a"},
                "spec": {**JOB["spec"], "ttlSecondsAfterFinished": 60},
            },
            id="a Job that goes when it is done",
        ),
    ],
)
def test_what_does_not_stay_is_not_missed(content: dict[str, Any]) -> None:
    assert judge(content) == []


def test_a_job_that_stays_is_missed() -> None:
    (finding,) = judge({**JOB, "metadata": {"name": "a"}})

    assert finding.verdict is Verdict.FAIL


def test_configuration_of_the_last_rollout_is_nobodys_matter() -> None:
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web-5h2k8m"}}

    (finding,) = judge(content, "web-5h2k8m", "web-7c9f4d")

    assert finding.verdict is Verdict.PASS
    assert finding.subject.name == "web-5h2k8m"


def test_a_namespace_that_only_a_sync_option_makes_is_no_object() -> None:
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}

    findings = judge(content, "a")  # of an Application with CreateNamespace=true

    assert [one.subject.kind for one in findings] == ["ConfigMap"]
