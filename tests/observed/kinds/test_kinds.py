import pytest

from exporter.domain.nodes import ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.workloads import ObservedAutoscalers, ObservedWorkloads
from exporter.observed.kinds import FACTS, KINDS, KindSpec, kinds_for
from exporter.observed.kinds.app_project import KIND as APP_PROJECT
from exporter.observed.kinds.application import KIND as APPLICATION
from exporter.observed.kinds.application_set import KIND as APPLICATION_SET
from exporter.observed.kinds.daemon_set import KIND as DAEMON_SET
from exporter.observed.kinds.deployment import KIND as DEPLOYMENT
from exporter.observed.kinds.horizontal_pod_autoscaler import KIND as HORIZONTAL_POD_AUTOSCALER
from exporter.observed.kinds.image_updater import KIND as IMAGE_UPDATER
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kinds.rollout import KIND as ROLLOUT
from exporter.observed.kinds.scaled_object import KIND as SCALED_OBJECT
from exporter.observed.kinds.stateful_set import KIND as STATEFUL_SET


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        pytest.param(set(), (), id="nothing"),
        pytest.param({Policy}, (), id="nothing observed"),
        pytest.param({ObservedNodes, Policy}, (NODE,), id="nodes"),
        pytest.param(
            {ObservedWorkloads, ObservedNodes},
            (NODE, DEPLOYMENT, STATEFUL_SET, DAEMON_SET, ROLLOUT),
            id="in a fixed order",
        ),
        pytest.param(
            {ObservedAutoscalers},
            (HORIZONTAL_POD_AUTOSCALER, SCALED_OBJECT),
            id="autoscalers",
        ),
        pytest.param(set(FACTS), KINDS, id="everything"),
    ],
)
def test_facts_need_the_kinds_that_they_are_made_of(
    facts: set[type], kinds: tuple[KindSpec, ...]
) -> None:
    assert set(kinds_for(facts)) == set(kinds)
    assert kinds_for(facts) == kinds_for(tuple(facts)[::-1])


@pytest.mark.parametrize(
    ("kind", "namespace", "path"),
    [
        pytest.param(NODE, "", "/api/v1/nodes", id="core"),
        pytest.param(POD, "api", "/api/v1/namespaces/api/pods", id="namespace"),
        pytest.param(DEPLOYMENT, "", "/apis/apps/v1/deployments", id="group"),
        pytest.param(
            APPLICATION,
            "a/../b",
            "/apis/argoproj.io/v1alpha1/namespaces/a%2F..%2Fb/applications",
            id="hostile namespace",
        ),
    ],
)
def test_a_kind_is_found_under_its_path(kind: KindSpec, namespace: str, path: str) -> None:
    assert kind.path(namespace) == path


def test_secrets_are_never_read() -> None:
    assert not {one.plural for one in KINDS} & {"secrets", "configmaps"}


def test_only_what_comes_with_add_ons_is_optional() -> None:
    optional = {one for one in KINDS if one.optional}

    assert optional == {
        APPLICATION,
        APPLICATION_SET,
        APP_PROJECT,
        IMAGE_UPDATER,
        ROLLOUT,
        SCALED_OBJECT,
    }
