"""Objects that tasks hand to other tools are items, as nobody compares them."""

from typing import Any

import pytest

from exporter.declared.ansible.object_tasks import delivery_tools
from exporter.declared.ansible.reader import read
from exporter.domain.finding import Layer
from exporter.domain.items import DeclaredItems, ItemState
from exporter.settings.declared import AnsibleSettings

from .conftest import Repository


@pytest.mark.parametrize(
    ("module", "arguments", "kinds"),
    [
        pytest.param("k8s", {"src": "x.yml"}, ["kubernetes.core.k8s"], id="k8s"),
        pytest.param("k8s", {"src": "x.yml", "state": "absent"}, [], id="k8s absent"),
        pytest.param("k8s", {"kind": "Node", "name": "n1"}, [], id="a node is compared"),
        pytest.param("helm", {"chart_ref": "x"}, ["kubernetes.core.helm"], id="helm"),
        pytest.param("helm", {"name": "x", "state": "absent"}, [], id="helm absent"),
        pytest.param("command", "kubectl apply -f x.yml", ["kubectl apply"], id="apply"),
        pytest.param("shell", {"cmd": "kubectl -n a create -f x"}, ["kubectl create"], id="create"),
        pytest.param(
            "command", {"argv": ["kubectl", "apply", "-f", "x"]}, ["kubectl apply"], id="argv"
        ),
        pytest.param(
            "shell",
            "kubectl create ns a --dry-run=client -o yaml | kubectl apply -f -",
            ["kubectl apply"],
            id="create for apply",
        ),
        pytest.param("command", "kubectl create token a", [], id="a token is no object"),
        pytest.param("command", "kubectl delete -f x.yml", [], id="delete"),
        pytest.param("command", "kubectl get nodes", [], id="get"),
        pytest.param("shell", "helm upgrade --install a b", ["helm"], id="helm upgrade"),
        pytest.param("shell", "helm -n x install a b", ["helm"], id="helm install"),
        pytest.param("shell", "helm repo add a b", [], id="helm repo"),
        pytest.param("debug", {"msg": "kubectl apply -f x"}, [], id="a message"),
    ],
)
def test_by_what_a_task_declares_objects(module: str, arguments: Any, kinds: list[str]) -> None:
    assert delivery_tools(module, arguments) == kinds


PLAY = """\
- hosts: {hosts}
  tasks:
    - kubernetes.core.k8s: {{src: a.yml}}
    - k8s: {{src: b.yml}}
    - command: kubectl apply -f c.yml
    - command: helm upgrade --install p repo/kube-prometheus-stack --set a=b
    - command: kubectl delete -f c.yml
      tags: never
"""


@pytest.mark.parametrize("hosts", ["all", "gone"])
async def test_each_file_and_kind_is_one_item(hosts: str, repository: Repository) -> None:
    files = {"hosts": "n1\n", "a.yml": PLAY.format(hosts=hosts), "b.yml": PLAY.format(hosts=hosts)}
    settings = AnsibleSettings(inventory="hosts", playbooks=("a.yml", "b.yml"))

    result = await read(settings, checkout=repository(files))

    items = [item for item in result.items if item.subject.kind == "Objects"]
    assert [(item.subject.name, item.place.where) for item in items] == [
        (f"{name}: {kind}", f"{name}:{line}")
        for name in ("a.yml", "b.yml")
        for kind, line in (("kubernetes.core.k8s", 3), ("kubectl apply", 5), ("helm", 6))
    ]
    assert {(item.state, item.layers) for item in items} == {
        (ItemState.UNSUPPORTED, (Layer.APPLICATIONS,))
    }
    assert (
        items[0].message == "2 tasks declare objects by kubernetes.core.k8s, which nobody compares"
    )
    assert all(item.advice for item in items)


async def test_a_file_of_objects_weighs_one_whether_it_can_be_read_or_not(
    repository: Repository,
) -> None:
    settings = AnsibleSettings(inventory="hosts", playbooks=("a.yml",))
    files = {"hosts": "n1\n", "a.yml": PLAY.format(hosts="all")}
    good = await read(settings, checkout=repository(files))
    bad = await read(settings, checkout=repository({"a.yml": files["a.yml"] + "nope: [\n"}))

    def weight(items: DeclaredItems) -> float:
        unread = [item for item in items.items if Layer.APPLICATIONS in item.layers]
        return sum(items.weights.get(item.subject, 1.0) for item in unread)

    assert weight(DeclaredItems(good.items)) == pytest.approx(1.0)
    assert weight(DeclaredItems(bad.items)) == pytest.approx(1.0)
