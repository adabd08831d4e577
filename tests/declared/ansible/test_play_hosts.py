"""A group that no inventory has is not an empty group."""

from pathlib import Path

import pytest

from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.domain.finding import Layer, Verdict
from exporter.domain.items import ItemState

from .cluster import Cluster, Node
from .conftest import Repository
from .test_task_evaluator import run

POPULATION = HostPatterns(
    hosts=("m1", "w1"), members={"masters": ("m1",), "workers": ("w1",), "empty": ()}
)


@pytest.mark.parametrize(
    ("pattern", "unknown"),
    [
        ("masters", ()),
        ("masters:workers", ()),
        ("empty", ()),
        ("all", ()),
        ("*", ()),
        ("m*", ()),
        ("work*", ()),
        ("w1", ()),
        ("workers[0]", ()),
        ("localhost", ()),
        ("all:!gone", ()),
        ("gone", ("gone",)),
        ("masters:gone", ("gone",)),
        ("masters:&gone", ("gone",)),
        ("gone-*", ("gone-*",)),
        ("gone[0]", ("gone[0]",)),
        ("w9", ("w9",)),
    ],
)
def test_what_no_inventory_has_is_told_from_what_is_empty(
    pattern: str, unknown: tuple[str, ...]
) -> None:
    assert POPULATION.unknown(pattern) == unknown


@pytest.mark.parametrize("pattern", ["all", "masters", "m1"])
def test_an_inventory_without_hosts_has_nothing(pattern: str) -> None:
    assert HostPatterns(hosts=(), members={"all": ()}).unknown(pattern) == (pattern,)


def test_of_a_play_for_unknown_hosts_the_nodes_that_it_names_count(
    repository: Repository,
) -> None:
    tasks = """
- command: kubectl label node {{ item }} a={{ value }}
  loop: [w1, w2]
- command: kubectl label node {{ inventory_hostname }} b=1
- command: kubectl label node w1 c={{ prefix }}
- command: kubectl label node w1 d={{ nowhere | default('x') }}
"""

    outcome = run(repository, tasks, hosts="gone", play="  vars: {value: '1'}\n")

    assert outcome.labels == {"w1": {"a": "1"}, "w2": {"a": "1"}}
    assert outcome.gaps == {("labels.b", "*"), ("labels.c", "w1"), ("labels.d", "w1")}


def test_a_play_with_hosts_counts_more_than_one_without(repository: Repository) -> None:
    repository(
        {"other.yml": "- hosts: gone\n  tasks: [{command: kubectl label node w1 a=other b=1}]\n"}
    )

    outcome = run(repository, "- command: kubectl label node w1 a=own", playbooks=("other.yml",))

    assert outcome.labels == {"w1": {"a": "own", "b": "1"}}


def test_a_play_for_some_unknown_hosts_may_concern_any_node(repository: Repository) -> None:
    task = "- command: kubectl label node {{ inventory_hostname }} a=b"

    outcome = run(repository, task, hosts="workers:gone")

    assert outcome.labels == {"w1": {"a": "b"}, "w2": {"a": "b"}}
    assert outcome.gaps == {("labels.a", "*")}


@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param("gone", id="a group that no inventory has"),
        pytest.param("workers", id="a group that some inventory has"),
    ],
)
def test_where_the_inventory_is_not_complete_a_task_may_run_elsewhere(
    hosts: str, repository: Repository
) -> None:
    task = "- command: kubectl label node {{ inventory_hostname }} a=b"

    outcome = run(repository, task, hosts=hosts, complete=False)

    assert ("labels.a", "*") in outcome.gaps


def test_a_group_may_have_more_hosts_than_an_incomplete_inventory_tells(
    repository: Repository,
) -> None:
    tasks = """
- command: kubectl label node {{ item }} a=b
  loop: "{{ groups['workers'] }}"
- command: kubectl label node w1 c=d
  when: "'w9' in groups['workers']"
- command: kubectl label node w1 e=f
"""

    outcome = run(repository, tasks, complete=False)

    assert outcome.labels["w1"] == {"a": "b", "e": "f"}
    assert outcome.gaps == {("labels.a", "*"), ("labels.c", "*")}


LABEL = (
    "- hosts: {}\n  name: Label the databases\n  tasks:\n"
    "    - shell: kubectl taint node {{{{ item }}}} dedicated=db:NoSchedule\n      loop: [db-1]\n"
    "    - shell: kubectl label node {{{{ item }}}} workload=db\n      loop: [db-1]\n"
)
TERRAFORM = 'resource "aws_instance" "a" {\n  ami = "x"\n  tags = { Name = "db-1" }\n}\n'
NODE_RESOURCES = {"db-1": Node({"workload": "web"}, ("dedicated=db:NoSchedule",))}


@pytest.mark.parametrize("inventory", ["", "[masters]\ndb-1\n"])
async def test_what_a_play_says_counts_with_and_without_its_group(
    inventory: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path)
    files = {"tf/main.tf": TERRAFORM, "play/label.yml": LABEL.format("masters")}
    files |= {"inventory/hosts.ini": inventory} if inventory else {}
    cluster.write({**files, "inventory/group_vars/all.yml": "user: root\n"}, NODE_RESOURCES)

    outcome = await cluster.judge()

    assert outcome.findings["node_taints", "db-1"].verdict is Verdict.PASS
    assert outcome.findings["node_labels", "db-1"].verdict is Verdict.FAIL
    assert (outcome.verdicts("Play") == {}) is bool(inventory)


async def test_each_play_for_unknown_hosts_is_an_item(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    files = {
        "inventory/hosts": "w1\n",
        "play/a.yml": LABEL.format("gone"),
        "play/b.yml": LABEL.format("gone").replace("  name: Label the databases\n", ""),
        "play/c.yml": LABEL.format("'{{ target }}'"),
        "play/d.yml": "- hosts: gone\n  tasks: [{user: {name: x}}]\n",
    }
    cluster.write(files, {"w1": Node({})})

    outcome = await cluster.judge()

    found = {
        name: finding.reason
        for (_, name), finding in outcome.findings.items()
        if finding.subject.kind == "Play"
    }
    assert found == {
        "play/a.yml:Label the databases": ItemState.NO_HOST,
        "play/b.yml:1": ItemState.NO_HOST,
        "play/c.yml:Label the databases": ItemState.UNRESOLVED,
    }
    (finding,) = (
        finding for finding in outcome.evaluation.findings if finding.subject.name == "play/b.yml:1"
    )
    assert "hosts unknown: no inventory has gone" in finding.detail
    assert finding.layer is Layer.CONFIGURATION
