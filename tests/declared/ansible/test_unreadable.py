"""What cannot be read makes unknown what it could say, and nothing else."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from .cluster import Cluster, Node, Outcome

FILE_MODULES: Mapping[str, str] = {
    "inventory/hosts.ini": "[masters]\nm1 ip=10.0.0.1\n[workers]\nw1\nw2\nw3 gpu=yes\nw4\nw5\nw6\n",
    "inventory/group_vars/all.yml": "kube_version: v1.30.1\nzone: a\nside: right\n",
    "inventory/group_vars/workers.yml": 'kubelet_extra_args: "--node-labels=tier=work"\n',
    "inventory/host_vars/w2.yml": "node_labels: {disk: ssd}\nkube_version: v1.29.0\n",
    "play/label.yml": (
        "- hosts: masters\n  tasks:\n"
        "    - command: kubectl label node {{ item.node }} pool={{ item.pool }} --overwrite\n"
        "      loop:\n        - {node: w1, pool: a}\n        - {node: w2, pool: b}\n"
        "    - command: kubectl label node m1 zone={{ zone }}\n"
    ),
    "play/taint.yml": "- hosts: masters\n  roles: [taint]\n",
    "play/roles/taint/meta/main.yml": "dependencies: [names]\n",
    "play/roles/taint/tasks/main.yml": "- include_tasks: nodes.yml\n",
    "play/roles/taint/tasks/nodes.yml": (
        "- kubernetes.core.k8s_taint:\n    name: '{{ item.name }}'\n"
        "    taints: [{key: dedicated, value: '{{ item.for }}', effect: NoSchedule}]\n"
        "  loop: '{{ dedicated }}'\n"
    ),
    "play/roles/names/vars/main.yml": "unused: 1\n",
    "play/roles/names/defaults/main.yml": "dedicated: [{name: w3, for: db}]\n",
    "play/kubelet.yml": "- hosts: workers\n  roles: [kubelet]\n",
    "play/roles/kubelet/vars/main.yml": "node_labels: {w4: {rack: r1}}\n",
    "play/roles/kubelet/tasks/main.yml": (
        "- template: {src: env.j2, dest: /etc/default/kubelet}\n"
    ),
    "play/roles/kubelet/templates/env.j2": (
        "ARGS=--node-labels={{ node_labels[inventory_hostname] }}\n"
    ),
    "play/commands.yml": (
        "- hosts: masters\n  vars_files: [vars/commands.yml]\n  tasks:\n"
        "    - command: '{{ item }}'\n      loop: '{{ commands }}'\n"
    ),
    "play/vars/commands.yml": "commands: [kubectl label node w3 lane=fast]\n",
    "play/facts.yml": (
        "- hosts: masters\n  tasks:\n    - include_tasks: facts/set.yml\n"
        "    - command: kubectl label node w6 side={{ side }}\n"
    ),
    "play/facts/set.yml": "- set_fact: {side: left}\n",
    "play/users.yml": "- hosts: all\n  roles: [users]\n",
    "play/roles/users/vars/main.yml": "names: [a, b]\n",
    "play/roles/users/tasks/main.yml": "- user: {name: '{{ item }}'}\n  loop: '{{ names }}'\n",
    "play/ingress.yml": (
        "- hosts: masters\n  tasks:\n"
        "    - kubernetes.core.k8s: {state: present, src: ingress.yml}\n"
        "    - command: kubectl apply -f /tmp/ingress.yml\n"
    ),
}
NODE_RESOURCES: Mapping[str, Node] = {
    "m1": Node({"zone": "b"}, address="10.0.0.8"),
    "w1": Node({"pool": "x", "tier": "work"}, ("odd=1:NoSchedule",)),
    "w2": Node({"pool": "b", "tier": "work", "disk": "hdd"}, version="v1.30.1"),
    "w3": Node({"tier": "work", "lane": "slow"}, ("dedicated=web:NoSchedule",), version="v1.28.0"),
    "w4": Node({"tier": "work", "rack": "r9"}),
    "w5": Node({"tier": "none"}),
    "w6": Node({"tier": "work", "side": "right"}),
}
NOWHERE = {
    "play/users.yml",
    "play/roles/users/vars/main.yml",
    "play/roles/users/tasks/main.yml",
    "play/ingress.yml",
}
"""Files whose text, while it is text, cannot concern a node."""


def malformed(file: Path) -> None:
    file.write_text(file.read_text() + ("[[[\n" if file.suffix == ".ini" else "nope: [\n"))


def undecodable(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"# \xff\xfe\n")


def vaulted(file: Path) -> None:
    file.write_text("$ANSIBLE_VAULT;1.1;AES256\n3132333435363738\n")


def too_large(file: Path) -> None:
    file.write_text(file.read_text() + "# padding\n" * 1_000_000)


def mutations() -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Yield each file malformed and vaulted; where another way of reading ends, in other ways."""
    for name in FILE_MODULES:
        yield from ((name, malformed), (name, vaulted))
        if "roles/" not in name or "taint" in name:
            yield from ((name, undecodable), (name, too_large))


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    found = Cluster(tmp_path)
    found.write(FILE_MODULES, NODE_RESOURCES)
    return found


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    found = Cluster(tmp_path_factory.mktemp("before"))
    found.write(FILE_MODULES, NODE_RESOURCES)
    return asyncio.run(found.judge())


def test_the_repository_has_failures_to_hide(before: Outcome) -> None:
    assert before.failing == {
        ("node_instance", "m1"),
        ("node_labels", "m1"),
        ("node_labels", "w1"),
        ("node_labels", "w2"),
        ("node_labels", "w3"),
        ("node_labels", "w4"),
        ("node_labels", "w5"),
        ("node_labels", "w6"),
        ("node_taints", "w1"),
        ("node_taints", "w3"),
        ("node_version", "w2"),
        ("node_version", "w3"),
    }
    assert not before.verdicts("File")


@pytest.mark.parametrize(("name", "mutate"), list(mutations()))
async def test_what_cannot_be_read_lets_nothing_pass(
    cluster: Cluster, before: Outcome, name: str, mutate: Callable[[Path], None]
) -> None:
    mutate(cluster.file(name))

    after = await cluster.judge()

    verdicts = after.verdicts()
    vanished = before.failing - verdicts.keys()
    assert after.passing <= before.passing
    assert not vanished or after.names(name)
    assert all(value <= before.coverage[layer] for layer, value in after.coverage.items())
    if name in NOWHERE and mutate in {malformed, vaulted}:
        text_is_known = mutate is malformed or name.endswith("vars/main.yml")
        assert not text_is_known or verdicts == before.verdicts()
