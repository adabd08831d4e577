import pytest

from exporter.declared.kustomize.naming import NAMED, unmatched
from exporter.declared.rendered import Manifest
from exporter.domain.json import Json
from exporter.domain.provenance import Place, Source


def workload(pods: Json) -> Manifest:
    content: dict[str, Json] = {"kind": "Deployment", "spec": {"template": {"spec": pods}}}
    return Manifest(content=content, place=Place(Source.KUSTOMIZE, "a.yaml"))


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        pytest.param({"serviceAccountName": "a"}, ("ServiceAccount", "a"), id="account"),
        pytest.param({"imagePullSecrets": [{"name": "a"}]}, ("Secret", "a"), id="pull secret"),
        pytest.param({"volumes": [{"configMap": {"name": "a"}}]}, ("ConfigMap", "a"), id="volume"),
        pytest.param(
            {"volumes": [{"secret": {"secretName": "a"}}]}, ("Secret", "a"), id="secret volume"
        ),
        pytest.param(
            {"volumes": [{"persistentVolumeClaim": {"claimName": "a"}}]},
            ("PersistentVolumeClaim", "a"),
            id="claim",
        ),
        pytest.param(
            {"volumes": [{"projected": {"sources": [{"secret": {"name": "a"}}]}}]},
            ("Secret", "a"),
            id="projected",
        ),
        pytest.param(
            {"initContainers": [{"envFrom": [{"secretRef": {"name": "a"}}]}]},
            ("Secret", "a"),
            id="environment",
        ),
        pytest.param(
            {"containers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "a"}}}]}]},
            ("ConfigMap", "a"),
            id="variable",
        ),
        pytest.param({"containers": "odd", "volumes": [3]}, None, id="odd"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_what_a_workload_refers_to_and_nobody_has(
    pods: Json, expected: tuple[str, str] | None
) -> None:
    assert unmatched(workload(pods), set(), NAMED) == expected


def test_what_is_there_or_of_another_kind_is_none() -> None:
    one = workload({"volumes": [{"configMap": {"name": "a"}}], "serviceAccountName": "b"})

    assert unmatched(one, {("ConfigMap", "a")}, frozenset({"ConfigMap"})) is None
