"""What an inventory and its variables say of nodes."""

from collections.abc import Mapping, Sequence

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory import parse_inventory
from exporter.declared.ansible.inventory_files import StagedInventory
from exporter.declared.ansible.inventory_nodes import InventoryNodes
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Attribute, NodeStatement
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Source

from .conftest import Repository

OUTPUT: JsonObject = {
    "all": {"children": ["masters", "workers"]},
    "masters": {"hosts": ["m1"]},
    "workers": {"hosts": ["w1", "w2"]},
    "_meta": {"hostvars": {"w1": {"zone": "a"}, "w2": {"zone": "b"}}},
}


class Told:
    """What was told of the nodes, by name."""

    def __init__(self, statements: Sequence[NodeStatement], nodes: InventoryNodes) -> None:
        self.nodes = {statement.name: statement for statement in statements}
        self.labels = {
            statement.name: {key: stated.value for key, stated in statement.labels.items()}
            for statement in statements
        }
        self.taints = {
            statement.name: [str(taint.value) for taint in statement.taints]
            for statement in statements
        }
        self.open = [(str(note.place), note.message) for note in nodes.unresolved]
        self.complete = nodes.complete


def tell(
    checkout: Checkout, output: JsonObject = OUTPUT, layers: Sequence[VariableLayer] = ()
) -> Told:
    documents = Documents(checkout)
    inventory = parse_inventory(
        output, staged=StagedInventory(), inventory="hosts", checkout=checkout
    )
    environment = VariableEnvironment(
        variables=read_variables(inventory, folders=["."], documents=documents),
        host_patterns=HostPatterns(inventory.hosts, inventory.members),
    )
    nodes = InventoryNodes(environment=environment, inventory=inventory)
    return Told(nodes.statements(inventory.hosts, layers), nodes)


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("node_labels: {zone: '{{ zone }}', n: 1, e: }", id="a mapping"),
        pytest.param("node_labels: ['zone={{ zone }}', n=1, e=]", id="a list"),
        pytest.param("node_labels: 'zone={{ zone }},n=1,e='", id="a text"),
        pytest.param("node_labels: [{zone: '{{ zone }}', n: 1}, {e: }]", id="a list of mappings"),
        pytest.param(
            "kubelet_extra_args: '--v=2 --node-labels=zone={{ zone }},n=1,e='", id="arguments"
        ),
        pytest.param(
            "kubelet_custom_flags: ['--node-labels=zone={{ zone }},n=1,e=']",
            id="a list of arguments",
        ),
        pytest.param(
            "any_name: --node-label zone={{ zone }} --node-label n=1 --node-label e=", id="k3s"
        ),
    ],
)
def test_labels_are_told_in_all_their_forms(labels: str, repository: Repository) -> None:
    told = tell(repository({"group_vars/workers.yml": labels}))

    assert told.open == []
    assert told.labels == {
        "m1": {},
        "w1": {"zone": "a", "n": "1", "e": ""},
        "w2": {"zone": "b", "n": "1", "e": ""},
    }


@pytest.mark.parametrize(
    "taints",
    [
        pytest.param("node_taints: ['a={{ zone }}:NoSchedule', 'b:NoExecute']", id="a list"),
        pytest.param("node_taints: 'a={{ zone }}:NoSchedule,b:NoExecute'", id="a text"),
        pytest.param(
            "node_taints: [{key: a, value: '{{ zone }}', effect: NoSchedule}, "
            "{key: b, effect: NoExecute}]",
            id="as the API writes them",
        ),
        pytest.param(
            "kubelet_extra_args: --register-with-taints=a={{ zone }}:NoSchedule,b=:NoExecute",
            id="arguments",
        ),
    ],
)
def test_taints_are_told_in_all_their_forms(taints: str, repository: Repository) -> None:
    told = tell(repository({"host_vars/w1.yml": taints}))

    assert told.open == []
    assert told.taints == {"m1": [], "w1": ["a=a:NoSchedule", "b:NoExecute"], "w2": []}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            'args:\n  w1: "--node-labels=a=b --register-with-taints=c=d:NoSchedule"\n  other: x\n',
            id="arguments",
        ),
        pytest.param(
            "args:\n  w1: {kubelet_extra_args: "
            '"--node-labels=a=b --register-with-taints=c=d:NoSchedule"}\n',
            id="arguments inside",
        ),
        pytest.param("nodes:\n  w1: {labels: {a: b}, taints: ['c=d:NoSchedule']}\n", id="of nodes"),
        pytest.param(
            "node_labels:\n  w1: {a: b}\nnode_taints:\n  w1: ['c=d:NoSchedule']\n", id="by name"
        ),
    ],
)
def test_a_map_keyed_by_hosts_is_told_host_by_host(text: str, repository: Repository) -> None:
    told = tell(repository({"group_vars/all.yml": text}))

    assert told.open == []
    assert told.labels == {"m1": {}, "w1": {"a": "b"}, "w2": {}}
    assert told.taints == {"m1": [], "w1": ["c=d:NoSchedule"], "w2": []}


def test_a_map_keyed_by_hosts_in_a_playbook_counts_too(repository: Repository) -> None:
    checkout = repository({"play.yml": "args:\n  w1: --node-labels=a=b\n"})
    layer = Documents(checkout).layer("play.yml")

    told = tell(checkout, layers=[layer])

    assert told.labels["w1"] == {"a": "b"}
    assert told.nodes["w1"].labels["a"].place == checkout.place(Source.ANSIBLE, "play.yml", 2)


def test_every_value_has_the_line_that_says_it(repository: Repository) -> None:
    checkout = repository(
        {
            "group_vars/workers/labels.yml": "node_labels:\n  a: 1\n\n  b: 2\n",
            "group_vars/workers/taints.yml": "node_taints:\n  - a:NoSchedule\n  - b:NoSchedule\n",
            "host_vars/w1.yml": "\nip: 10.0.0.1\n\nkube_version: v1.30.1\n",
        }
    )

    node = tell(checkout).nodes["w1"]

    assert [label.place.line for label in node.labels.values()] == [2, 4]
    assert [taint.place.line for taint in node.taints] == [2, 3]
    assert {
        name: (stated.value, stated.place.path, stated.place.line)
        for name, stated in node.attributes.items()
    } == {
        Attribute.INTERNAL_IP: ("10.0.0.1", "host_vars/w1.yml", 2),
        Attribute.VERSION: ("v1.30.1", "host_vars/w1.yml", 4),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("node_labels: {a: '{{ x }}'}", "'x' is undefined", id="undefined"),
        pytest.param("node_labels: {a: true}", "quote its value", id="a truth value"),
        pytest.param("node_labels: {a: 1.10}", "quote its value", id="a fraction"),
        pytest.param("node_labels: {a: [b]}", "is no text", id="a list as a value"),
        pytest.param("node_labels: {'a b': c}", "no label's key", id="no key"),
        pytest.param("node_labels: [a]", "write key=value", id="no value"),
        pytest.param("node_labels: 3", "neither a mapping nor a list", id="no mapping"),
        pytest.param("node_labels: {a: !vault x}", "encrypted", id="a vaulted value"),
        pytest.param("node_taints: [a]", "is no taint", id="no taint"),
        pytest.param("node_taints: {a: b}", "no list", id="no list of taints"),
        pytest.param("node_taints: [{a: b}]", "is no taint", id="an odd taint"),
        pytest.param("kubelet_extra_args: --node-labels=a=${B}", "${B}", id="a shell variable"),
        pytest.param(
            "kubelet_extra_args: --register-with-taints=a", "is no taint", id="odd arguments"
        ),
        pytest.param(
            "worker_args: --node-labels=a=b", "only its role knows", id="arguments of some nodes"
        ),
        pytest.param("kube_version: 1.30", "quote it", id="a version that is a number"),
        pytest.param(
            "kube_version: '{{ ansible_x }}'", "known only to a run", id="a version by a fact"
        ),
    ],
)
def test_what_is_not_certain_is_said_and_not_stated(
    text: str, words: str, repository: Repository
) -> None:
    told = tell(repository({"group_vars/all.yml": text}))

    assert all(labels == {} for labels in told.labels.values())
    assert all(taints == [] for taints in told.taints.values())
    assert all(node.attributes == {} for node in told.nodes.values())
    ((place, message),) = told.open
    assert place == "group_vars/all.yml:1 @ abc"
    assert words in message
    assert told.complete


def test_one_open_label_does_not_hide_another(repository: Repository) -> None:
    told = tell(repository({"group_vars/all.yml": "node_labels:\n  a: '{{ x }}'\n  b: c\n"}))

    assert told.labels["w1"] == {"b": "c"}
    assert [place for place, _ in told.open] == ["group_vars/all.yml:2 @ abc"]


@pytest.mark.parametrize(
    ("host", "variables", "name"),
    [
        pytest.param("Node-1", {}, "node-1", id="in lower case, as kubelet does"),
        pytest.param("n1.example.com", {}, "n1.example.com", id="a full name"),
        pytest.param("x", {"kube_override_hostname": "Other"}, "other", id="overridden"),
        pytest.param("x", {"hostname": "other"}, "x", id="hostname is no override"),
        pytest.param("10.0.0.1", {"hostname": "n1"}, "n1", id="hostname instead of an address"),
        pytest.param("10.0.0.1", {"node_name": "n{{ 1 }}"}, "n1", id="named"),
        pytest.param("10.0.0.1", {}, "10.0.0.1", id="an address, where nothing names it"),
        pytest.param("fd00::1", {}, None, id="nor is one of IPv6"),
        pytest.param("n_1", {}, None, id="an underscore is in no node's name"),
        pytest.param("10.0.0.1", {"hostname": "{{ x }}"}, None, id="not evaluated"),
        pytest.param("10.0.0.1", {"hostname": 3}, None, id="no text"),
    ],
)
def test_the_nodes_name_is_told_or_left_open(
    host: str, variables: Mapping[str, str], name: str | None, repository: Repository
) -> None:
    output: JsonObject = {
        "all": {"children": ["ungrouped"]},
        "ungrouped": {"hosts": [host]},
        "_meta": {"hostvars": {host: variables}},
    }

    told = tell(repository({}), output)

    assert list(told.nodes) == ([name] if name else [])
    assert told.complete is (name is not None)
    assert bool(told.open) is (name is None)


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        pytest.param("ip: 10.0.0.1", "10.0.0.1", id="kubespray"),
        pytest.param("private_ip: 10.0.0.1", "10.0.0.1", id="private_ip"),
        pytest.param("ip: '{{ ansible_host }}'\nansible_host: 10.0.0.1", "10.0.0.1", id="by name"),
        pytest.param("ansible_host: 10.0.0.1", None, id="how it is reached tells nothing"),
        pytest.param("ip: dhcp", None, id="no address"),
    ],
)
def test_only_an_address_that_is_the_nodes_own_counts(
    variables: str, address: str | None, repository: Repository
) -> None:
    node = tell(repository({"host_vars/w1.yml": variables})).nodes["w1"]

    stated = node.attributes.get(Attribute.INTERNAL_IP)
    assert (stated.value if stated else None) == address


def test_arguments_of_servers_and_agents_are_told_apart(repository: Repository) -> None:
    text = "extra_server_args: --node-label a=s\nextra_agent_args: --node-label a=w\n"

    told = tell(repository({"group_vars/all.yml": text}))

    assert told.labels == {"m1": {"a": "s"}, "w1": {"a": "w"}, "w2": {"a": "w"}}
    assert told.open == []
