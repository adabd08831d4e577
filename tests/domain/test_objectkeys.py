import pytest

from exporter.domain.objectkeys import GroupKind


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        pytest.param(GroupKind("", "Service"), "services", id="core"),
        pytest.param(GroupKind("", "Endpoints"), "endpoints", id="plural already"),
        pytest.param(
            GroupKind("networking.k8s.io", "NetworkPolicy"),
            "networkpolicies.networking.k8s.io",
            id="y",
        ),
        pytest.param(
            GroupKind("networking.k8s.io", "Ingress"), "ingresses.networking.k8s.io", id="s"
        ),
        pytest.param(
            GroupKind("gateway.networking.k8s.io", "Gateway"),
            "gateways.gateway.networking.k8s.io",
            id="vowel and y",
        ),
    ],
)
def test_a_resource_is_named_as_the_api_names_it(kind: GroupKind, resource: str) -> None:
    assert kind.resource == resource
    assert resource.partition(".")[0] in kind.names
