import pytest

from exporter.observed.kinds import KindSpec
from exporter.observed.kinds.application import KIND as APPLICATION
from exporter.observed.kinds.deployment import KIND as DEPLOYMENT
from exporter.observed.kinds.horizontal_pod_autoscaler import KIND as HPA
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kinds.stateful_set import KIND as STATEFUL_SET
from exporter.observed.naming import identify, named_in


@pytest.mark.parametrize(
    ("kind", "api_version", "known"),
    [
        pytest.param("Node", "v1", NODE, id="core"),
        pytest.param("Deployment", "apps/v1", DEPLOYMENT, id="apps"),
        pytest.param("HorizontalPodAutoscaler", "autoscaling/v1", HPA, id="v1"),
        pytest.param("Application", "argoproj.io/v1alpha1", APPLICATION, id="argo"),
        pytest.param("Application", "app.k8s.io/v1beta1", None, id="of another group"),
        pytest.param("Node", "metrics.k8s.io/v1", None, id="of no core group"),
        pytest.param("Pod", "", POD, id="no group stated"),
        pytest.param("Secret", "v1", None, id="passed over"),
    ],
)
def test_a_kind_is_known_by_its_name_and_group(
    kind: str, api_version: str, known: KindSpec | None
) -> None:
    assert identify(kind, api_version) == known


@pytest.mark.parametrize(
    ("stem", "kinds"),
    [
        pytest.param("nodes", {NODE}, id="plural"),
        pytest.param("applications.argoproj.io", {APPLICATION}, id="with its group"),
        pytest.param("deploy,sts", {DEPLOYMENT, STATEFUL_SET}, id="short names"),
        pytest.param("Pods-2025-11-12", {POD}, id="with a date"),
        pytest.param("services", set(), id="another kind"),
        pytest.param("replication-controllers", set(), id="another kind, hyphenated"),
        pytest.param("nodes_services", {NODE}, id="one of ours, one of others"),
        pytest.param("web-pods", None, id="some pods, who knows which"),
        pytest.param("cluster", None, id="anything"),
        pytest.param("2025", None, id="number"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_file_name_counts_where_all_of_it_names_resources(
    stem: str, kinds: set[KindSpec] | None
) -> None:
    assert named_in(stem) == kinds
