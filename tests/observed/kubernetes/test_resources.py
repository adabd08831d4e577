import pytest

from exporter.domain.nodes import ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.workloads import ObservedAutoscalers, ObservedWorkloads
from exporter.observed.kinds import Kind
from exporter.observed.kubernetes.resources import KINDS_OF, RESOURCES, kinds_for


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        pytest.param(set(), (), id="nothing"),
        pytest.param({Policy}, (), id="nothing observed"),
        pytest.param({ObservedNodes, Policy}, (Kind.NODE,), id="nodes"),
        pytest.param(
            {ObservedWorkloads, ObservedNodes},
            (Kind.NODE, Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET),
            id="in a fixed order",
        ),
        pytest.param(
            {ObservedAutoscalers},
            (Kind.HORIZONTAL_POD_AUTOSCALER, Kind.SCALED_OBJECT),
            id="autoscalers",
        ),
        pytest.param(set(KINDS_OF), tuple(Kind), id="everything"),
    ],
)
def test_facts_need_the_kinds_that_they_are_made_of(
    facts: set[type], kinds: tuple[Kind, ...]
) -> None:
    assert set(kinds_for(facts)) == set(kinds)
    assert kinds_for(facts) == kinds_for(tuple(facts)[::-1])


@pytest.mark.parametrize(
    ("kind", "namespace", "path"),
    [
        pytest.param(Kind.NODE, "", "/api/v1/nodes", id="core"),
        pytest.param(Kind.POD, "api", "/api/v1/namespaces/api/pods", id="namespace"),
        pytest.param(Kind.DEPLOYMENT, "", "/apis/apps/v1/deployments", id="group"),
        pytest.param(
            Kind.APPLICATION,
            "a/../b",
            "/apis/argoproj.io/v1alpha1/namespaces/a%2F..%2Fb/applications",
            id="hostile namespace",
        ),
    ],
)
def test_a_kind_is_found_under_its_path(kind: Kind, namespace: str, path: str) -> None:
    assert RESOURCES[kind].path(namespace) == path


def test_secrets_are_never_read() -> None:
    assert not {one.plural for one in RESOURCES.values()} & {"secrets", "configmaps"}


def test_only_what_comes_with_add_ons_is_optional() -> None:
    optional = {one.kind for one in RESOURCES.values() if one.optional}

    assert optional == {Kind.APPLICATION, Kind.APPLICATION_SET, Kind.SCALED_OBJECT}
