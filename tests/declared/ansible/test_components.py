from typing import Any

import pytest

from exporter.declared.ansible.components import components

URL = "https://raw.githubusercontent.com/projectcalico/calico/{{ version }}/manifests/calico.yaml"


@pytest.mark.parametrize(
    ("module", "arguments", "found"),
    [
        pytest.param("command", "kubectl apply -f /root/calico.yaml", ["calico"], id="file"),
        pytest.param("shell", f"kubectl apply -f {URL}", ["calico"], id="address"),
        pytest.param(
            "command",
            {"argv": ["kubectl", "apply", "-f", "https://x.test/kube-flannel.yml"]},
            ["flannel"],
            id="arguments",
        ),
        pytest.param(
            "command",
            "kubectl apply -f https://x.test/metrics-server/releases/components.yaml",
            ["metrics-server"],
            id="part of an address",
        ),
        pytest.param("command", "helm install cni cilium/cilium", ["cilium"], id="chart"),
        pytest.param("k8s", {"src": "files/calico.yaml"}, ["calico"], id="module"),
        pytest.param(
            "helm", {"name": "x", "chart_ref": "jetstack/cert-manager"}, ["cert-manager"], id="ref"
        ),
        pytest.param("command", "kubectl apply -n calico -f x.yaml", [], id="a namespace"),
        pytest.param("command", "kubectl apply -f cert-manager-issuer.yaml", [], id="an issuer"),
        pytest.param("command", "kubectl apply -f app.yaml", [], id="something else"),
        pytest.param("apt", {"name": "x/calico.yaml"}, [], id="another module"),
    ],
)
def test_what_is_delivered_names_the_component(
    module: str, arguments: Any, found: list[str]
) -> None:
    assert list(components(module, arguments, delivers=module != "apt")) == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        pytest.param(
            "kubeadm init --config x", ["control-plane", "coredns", "kube-proxy"], id="all"
        ),
        pytest.param(
            "kubeadm init --skip-phases=addon/kube-proxy", ["control-plane", "coredns"], id="but"
        ),
        pytest.param("kubeadm init phase certs all", [], id="one phase"),
        pytest.param("kubeadm join x", [], id="join"),
    ],
)
def test_kubeadm_installs_the_control_plane_and_its_addons(command: str, found: list[str]) -> None:
    assert list(components("command", command, delivers=False)) == found


def test_kubeadm_in_another_module_installs_nothing() -> None:
    assert list(components("debug", {"msg": "kubeadm init"}, delivers=False)) == []
