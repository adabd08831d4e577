"""What the variables of a host could say of its node and nobody can tell is a gap."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_nodes import InventoryNodes
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, Attribute
from exporter.domain.provenance import Place, Source

from .conftest import Repository

PLACE = Place(Source.ANSIBLE, "hosts", 1)
INVENTORY = Inventory(
    places={"w1": PLACE, "w2": PLACE},
    groups={"w1": ("workers",), "w2": ("workers",)},
    members={"all": ("w1", "w2"), "workers": ("w1", "w2")},
    depths={"all": 0, "workers": 1},
)
VAULT = "$ANSIBLE_VAULT;1.1;AES256\n6162\n"
EVERYTHING = {LABELS, TAINTS, Attribute.VERSION, Attribute.INTERNAL_IP}
Gaps = set[tuple[str, str]]


def gaps(
    checkout: Checkout, inventory: Inventory = INVENTORY, layers: tuple[VariableLayer, ...] = ()
) -> Gaps:
    """Return attribute and node of each gap; ``*`` stands for any node."""
    documents = Documents(checkout)
    environment = VariableEnvironment(
        variables=read_variables(inventory, folders=["."], documents=documents),
        host_patterns=HostPatterns(inventory.hosts, inventory.members),
    )
    nodes = InventoryNodes(environment=environment, inventory=inventory)
    nodes.statements(inventory.hosts, layers)
    return {
        (attribute, name)
        for gap in nodes.node_gaps.gaps(lambda _: 0)
        for attribute in gap.attributes
        for name in gap.nodes or {"*"}
    }


def of(name: str, *attributes: str) -> Gaps:
    return {(attribute, name) for attribute in attributes}


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        pytest.param("node_labels: {a: '{{ x }}', b: c}", {"labels.a"}, id="a label"),
        pytest.param("node_labels: ['a={{ x }}', b=c]", {"labels.a"}, id="a label of a list"),
        pytest.param("node_labels: ['{{ x }}']", {LABELS}, id="any label of a list"),
        pytest.param("node_labels: '{{ x }}'", {LABELS}, id="all labels"),
        pytest.param("node_labels: {a: true}", {"labels.a"}, id="a truth value"),
        pytest.param("node_labels: {a: [b]}", {"labels.a"}, id="a list as a value"),
        pytest.param("node_labels: {'a b': c}", {LABELS}, id="no key"),
        pytest.param("node_labels: {'{{ x }}': c}", {LABELS}, id="a key"),
        pytest.param("node_labels: [a]", {"labels.a"}, id="no value"),
        pytest.param("node_labels: 3", {LABELS}, id="no mapping"),
        pytest.param("node_labels: {a: !vault x, b: c}", {"labels.a"}, id="a vaulted value"),
        pytest.param("node_taints: ['a={{ x }}:NoSchedule']", {"taints.a"}, id="a taint"),
        pytest.param("node_taints: [{key: a, value: '{{ x }}'}]", {"taints.a"}, id="as the API"),
        pytest.param("node_taints: [{key: '{{ x }}'}]", {TAINTS}, id="the key of a taint"),
        pytest.param("node_taints: [a]", {"taints.a"}, id="no taint"),
        pytest.param("node_taints: '{{ x }}'", {TAINTS}, id="all taints"),
        pytest.param("node_taints: {a: b}", {TAINTS}, id="no list of taints"),
        pytest.param(
            "kubelet_extra_args: --node-labels=a=${B}", {LABELS, TAINTS}, id="a shell variable"
        ),
        pytest.param("kubelet_extra_args: '{{ x }}'", {LABELS, TAINTS}, id="arguments"),
        pytest.param("kubelet_extra_args: --node-ip={{ x }}", set(), id="another argument"),
        pytest.param("x_args: --node-labels=a=b", {LABELS}, id="arguments of some nodes"),
        pytest.param("kube_version: 1.30", {Attribute.VERSION}, id="a version that is a number"),
        pytest.param("kube_version: '{{ x }}'", {Attribute.VERSION}, id="a version"),
        pytest.param("ip: '{{ x }}'", {Attribute.INTERNAL_IP}, id="an address"),
        pytest.param("nodes: {w1: {labels: {a: '{{ x }}'}}}", {"labels.a"}, id="keyed by hosts"),
        pytest.param("node_labels: {w1: '{{ x }}'}", {LABELS}, id="all labels keyed by hosts"),
        pytest.param("other: '{{ x }}'", set(), id="something else"),
    ],
)
def test_what_a_variable_leaves_open_is_a_gap(
    text: str, attributes: set[str], repository: Repository
) -> None:
    found = gaps(repository({"group_vars/all.yml": text}))

    assert {item for item, name in found if name == "w1"} == attributes
    assert "w1" in text or {item for item, name in found if name == "w2"} == attributes


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        pytest.param(VAULT, EVERYTHING, id="vaulted"),
        pytest.param("node_labels: [\n", {LABELS, TAINTS}, id="labels"),
        pytest.param("w1: {taints: [\n", {LABELS, TAINTS}, id="a map keyed by hosts"),
        pytest.param("node_taints: [\n", {TAINTS}, id="taints"),
        pytest.param("kube_version: [\n", {Attribute.VERSION}, id="version"),
        pytest.param("ip: [\n", {Attribute.INTERNAL_IP}, id="address"),
        pytest.param("x: --node-labels=a=b\ny: [\n", {LABELS, TAINTS}, id="kubelet arguments"),
        pytest.param("password: [\n", set(), id="something else"),
    ],
)
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("group_vars/all.yml", {"w1", "w2"}),
        ("group_vars/workers/x.yml", {"w1", "w2"}),
        ("host_vars/w1.yml", {"w1"}),
    ],
)
def test_a_file_that_cannot_be_read_hides_what_its_words_could_say_of_its_hosts(
    path: str, names: set[str], text: str, attributes: set[str], repository: Repository
) -> None:
    found = gaps(repository({path: text, "group_vars/workers/good.yml": "other: 1\n"}))

    said = {item for item, _ in found}
    assert said <= attributes
    assert (said == attributes) or "node_labels" in text
    assert {name for _, name in found} <= names


def test_a_stronger_value_is_not_hidden_by_a_weaker_file(repository: Repository) -> None:
    files = {"group_vars/all.yml": VAULT, "host_vars/w1.yml": "kube_version: v1.30.1\n"}

    found = gaps(repository(files))

    assert (Attribute.VERSION, "w2") in found
    assert (Attribute.VERSION, "w1") in found  # by another name, which would count as well


def test_what_a_readable_value_is_made_of_may_be_hidden(repository: Repository) -> None:
    files = {
        "group_vars/all.yml": "node_labels: {a: '{{ secret }}', b: c}\n",
        "host_vars/w1.yml": "secret: [\n",
    }

    assert gaps(repository(files)) == of("w1", "labels.a") | of("w2", "labels.a")


def test_a_folder_that_cannot_be_listed_hides_everything(repository: Repository) -> None:
    checkout = repository({"x": ""})
    (checkout.root / "group_vars").mkdir()
    for number in range(20_001):
        (checkout.root / "group_vars" / str(number)).touch()

    assert gaps(checkout) == of("w1", *EVERYTHING) | of("w2", *EVERYTHING)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param("node_name: '{{ x }}'", of("*", PRESENT), id="a name that a run tells"),
        pytest.param(
            "node_name: '10.0.0.1 x'\nnode_labels: {a: b}\nnode_taints: ['c:NoSchedule']\n"
            "kube_version: v1.30.1",
            of("*", PRESENT, "labels.a", "taints.c", Attribute.VERSION),
            id="no name at all",
        ),
        pytest.param("node_name: other", set(), id="a name"),
    ],
)
def test_a_node_whose_name_is_not_known_may_be_any(
    variables: str, found: Gaps, repository: Repository
) -> None:
    assert gaps(repository({"host_vars/w1.yml": variables})) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(None, {LABELS, TAINTS}, id="any text"),
        pytest.param("w1: {labels: [", {LABELS, TAINTS}, id="a map keyed by hosts"),
        pytest.param("w1: {user: [", set(), id="a map of something else"),
        pytest.param("w9: {labels: [", set(), id="a map of other hosts"),
    ],
)
def test_a_file_of_a_play_may_hold_a_map_keyed_by_hosts(
    text: str | None, found: set[str], repository: Repository
) -> None:
    lost = VariableLayer.hidden(UnreadFile(PLACE, "is broken", text))

    assert gaps(repository({}), layers=(lost,)) >= of("w1", *found)
    assert bool(found) is bool(gaps(repository({}), layers=(lost,)))


def test_an_inventory_file_that_cannot_be_read_hides_variables(repository: Repository) -> None:
    files: Mapping[str, str] = {"group_vars/all.yml": "kube_version: v1.30.1\nip: 10.0.0.1\n"}
    lost = UnreadFile(PLACE, "is broken", "w1 kube_version=")
    inventory = Inventory(
        places=INVENTORY.places,
        groups=INVENTORY.groups,
        members=INVENTORY.members,
        depths=INVENTORY.depths,
        unread=(lost,),
    )

    assert gaps(repository(files), inventory) == {
        (Attribute.VERSION, "w1"),
        (Attribute.VERSION, "w2"),
    }
