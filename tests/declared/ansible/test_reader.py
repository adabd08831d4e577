"""The whole reading: inventory, variables and playbooks of small repositories."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible import read
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Attribute, NodeStatement, Reading
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source
from exporter.foreign.command import Limits
from exporter.settings.model import AnsibleSettings

from .conftest import Repository

INVENTORY = """\
[masters]
m1 ip=10.0.0.1
[api]
k8s-api-[auth:auth]
k8s-api-auth
k8s-api-my
[infrastructure]
k8s-redis
k8s-postgresql
"""

PLAYBOOK = """\
- hosts: masters
  tasks:
    - name: Label
      command: >-
        kubectl label node {{ item.node }}
        workload=api domain={{ item.domain }} phase={{ item.phase }} --overwrite
      loop:
        - { node: k8s-api-auth, domain: auth, phase: 1 }
        - { node: k8s-api-my, domain: my, phase: 2 }
    - name: Taint
      shell: |
        export KUBECONFIG=/etc/kubernetes/admin.conf
        kubectl taint nodes {{ item }} node-role.kubernetes.io/infrastructure=true:NoSchedule
      with_items: "{{ groups['infrastructure'] }}"
"""


async def reading(checkout: Checkout, *playbooks: str, inventory: str = "hosts") -> Reading:
    settings = AnsibleSettings(inventory=inventory, playbooks=playbooks)
    return await read(settings, checkout=checkout)


def listed(result: Reading) -> dict[str, NodeStatement]:
    return {one.name: one for one in result.nodes if one.enumerates}


def stated(result: Reading) -> dict[str, NodeStatement]:
    return {one.name: one for one in result.nodes if not one.enumerates}


def labels(statement: NodeStatement) -> dict[str, str]:
    return {key: one.value for key, one in statement.labels.items()}


async def test_inventory_and_tasks_are_read_with_their_places(repository: Repository) -> None:
    files = {
        "hosts": INVENTORY.replace("k8s-api-[auth:auth]\n", ""),
        "group_vars/all.yml": "kube_version: v1.28.4\n",
        "label.yml": PLAYBOOK,
    }

    result = await reading(repository(files), "label.yml")

    assert result.source is Source.ANSIBLE
    assert result.complete
    assert (result.failures, result.unresolved) == ((), ())
    nodes = listed(result)
    assert set(nodes) == {"m1", "k8s-api-auth", "k8s-api-my", "k8s-redis", "k8s-postgresql"}
    assert nodes["m1"].groups == ("masters",)
    assert str(nodes["m1"].place) == "hosts:2 @ abc"
    version = nodes["k8s-redis"].attributes[Attribute.VERSION]
    assert (version.value, str(version.place)) == ("v1.28.4", "group_vars/all.yml:1 @ abc")
    assert nodes["m1"].attributes[Attribute.INTERNAL_IP].value == "10.0.0.1"
    tasks = stated(result)
    assert labels(tasks["k8s-api-my"]) == {"workload": "api", "domain": "my", "phase": "2"}
    assert str(tasks["k8s-api-my"].labels["phase"].place) == "label.yml:9 @ abc"
    (taint,) = tasks["k8s-redis"].taints
    assert str(taint.value) == "node-role.kubernetes.io/infrastructure=true:NoSchedule"
    assert str(taint.place) == "label.yml:13 @ abc"


async def test_a_broken_playbook_does_not_lose_the_inventory(repository: Repository) -> None:
    files = {
        "hosts": "n1\n",
        "play/bad.yml": "- hosts: all\n  tasks: ]\n- x: y\n",
        "play/good.yml": PLAYBOOK.replace("hosts: masters", "hosts: all"),
    }

    result = await reading(repository(files), "play")

    assert set(listed(result)) == {"n1"}
    assert set(stated(result)) == {"k8s-api-auth", "k8s-api-my"}
    (failure,) = result.failures
    assert (failure.place.path, failure.part) == ("play/bad.yml", "play/bad.yml")
    assert failure.place.line == 2
    assert result.complete


async def test_a_broken_inventory_does_not_lose_the_playbooks(repository: Repository) -> None:
    files = {"hosts.yml": "all: [\n", "label.yml": PLAYBOOK}

    result = await reading(repository(files), "label.yml", inventory="hosts.yml")

    assert listed(result) == {}
    assert set(stated(result)) == {"k8s-api-auth", "k8s-api-my"}
    assert [one.message for one in result.unresolved] == [
        "a task: 'dict object' has no attribute 'infrastructure'"
    ]
    assert not result.complete
    assert [one.reason for one in result.failures] == [Reason.MALFORMED]


async def test_missing_playbooks_and_groups_are_failures(repository: Repository) -> None:
    checkout = repository({"hosts": "n1\n"})
    settings = AnsibleSettings(
        inventory="hosts", playbooks=("nowhere.yml", "none/*.yml", "../x.yml"), groups=("nobody",)
    )

    result = await read(settings, checkout=checkout)

    assert sorted((one.place.path, one.reason) for one in result.failures) == [
        ("../x.yml", Reason.OUTSIDE),
        ("hosts", Reason.MISSING),
        ("none/*.yml", Reason.MISSING),
        ("nowhere.yml", Reason.MISSING),
    ]
    assert not result.complete


async def test_a_task_that_removes_overrides_one_that_sets(repository: Repository) -> None:
    play = """\
- hosts: localhost
  tasks:
    - command: kubectl label node --all a=1 b=1
    - command: kubectl label node n1 a- b=2
    - command: kubectl taint node n1 k=v:NoSchedule
    - command: kubectl taint node n1 k:NoSchedule-
"""

    result = await reading(repository({"hosts": "n1\nn2\n", "p.yml": play}), "p.yml")

    assert {name: labels(one) for name, one in stated(result).items()} == {
        "n1": {"b": "2"},
        "n2": {"a": "1", "b": "1"},
    }
    assert stated(result)["n1"].taints == ()


async def test_a_host_named_by_its_address_makes_the_reading_incomplete(
    repository: Repository,
) -> None:
    files = {"hosts": "10.0.0.1\n10.0.0.2 node_name=worker-2\n10.0.0.3 hostname=W3\n"}

    result = await reading(repository(files))

    assert set(listed(result)) == {"worker-2", "w3"}
    assert not result.complete
    (note,) = result.unresolved
    assert str(note.place) == "hosts:1 @ abc"


async def test_odd_playbooks_never_raise(repository: Repository) -> None:
    odd: Mapping[str, str] = {
        "a.yml": "text",
        "b.yml": "- text\n- 3\n- hosts:\n- hosts: {a: 1}\n  tasks: text\n  roles: {x: y}\n",
        "c.yml": "- hosts: all\n  vars: [1, {a: b}]\n  vars_files: [[1], {a: 1}, x.yml]\n"
        "  vars_prompt: text\n  roles: [1, {role: [x]}, {name: a/../../..}, null]\n"
        "  tasks:\n    - 3\n    - []\n    - {}\n    - {shell: {cmd: [kubectl label node x a=b]}}\n"
        "    - {command: [kubectl label node x], args: [x]}\n"
        "    - {command: [], args: {cmd: kubectl label node x a=b}}\n"
        "    - {shell: kubectl label node x a=b, loop: 3, when: {a: b}, tags: {never: x}}\n"
        "    - {shell: kubectl label node x a=b, with_dict: [1]}\n"
        "    - {shell: kubectl label node x a=b, with_sequence: count=3, loop_control: x}\n"
        "    - {k8s: {kind: Node, name: [x], definition: 3}}\n"
        "    - {k8s: {kind: Node, name: x, definition: {metadata: {labels: [a]}}}}\n"
        "    - {k8s: text}\n    - {k8s_taint: text}\n    - {k8s_taint: {name: x, taints: {a: b}}}\n"
        "    - {include_tasks: 3}\n    - {include_role: text}\n    - {include_role: {name: [a]}}\n"
        "    - {block: text}\n    - {block: {a: b}, rescue: 3}\n    - {set_fact: text}\n"
        "    - {action: 3}\n    - {local_action: {module: [x]}}\n"
        "    - {include_vars: {file: [x]}}\n"
        "    - import_tasks: c.yml\n    - include_tasks: '{{ x }}'\n",
        "d.yml": "- import_playbook: d.yml\n- import_playbook: e.yml\n",
        "e.yml": "- import_playbook: d.yml\n- import_playbook: ../../x.yml\n",
        "f.yml": "a: b\n",
        "g.yml": "- hosts: '{{ nobody }}'\n  tasks:\n    - command: kubectl label node n1 a=b\n",
    }

    result = await reading(repository({"hosts": "n1\n", **odd}), *odd)

    assert set(listed(result)) == {"n1"}
    assert result.complete
    assert all(one.place.path for one in result.failures)
    assert all(one.place.path for one in result.unresolved)


async def test_what_takes_too_long_costs_only_what_comes_after(repository: Repository) -> None:
    loops = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    play = (
        "- hosts: localhost\n  tasks:\n    - command: kubectl label node n1 a=b\n"
        f"    - command: 'kubectl label node n1 c={loops}'\n"
        "    - command: kubectl label node n1 e=f\n"
    )

    result = await reading(repository({"hosts": "n1\n", "p.yml": play}), "p.yml")

    assert set(listed(result)) == {"n1"}
    assert labels(stated(result)["n1"]) == {"a": "b"}
    assert [(one.reason, one.part) for one in result.failures] == [(Reason.TIMEOUT, "p.yml")]
    assert result.complete


async def test_a_vaulted_file_of_variables_costs_only_itself(repository: Repository) -> None:
    files = {
        "hosts": "n1\n",
        "group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        "group_vars/all/main.yml": "node_labels: {a: b, c: '{{ vault_c }}'}\n",
    }

    result = await reading(repository(files))

    assert labels(listed(result)["n1"]) == {"a": "b"}
    assert [one.reason for one in result.failures] == [Reason.FORBIDDEN]
    assert [one.message for one in result.unresolved] == ["'vault_c' is undefined"]


async def test_a_range_without_end_is_bounded(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.declared.ansible.inventory.LIMITS", Limits(seconds=2))

    result = await reading(repository({"hosts": "n[0:99999999]\n"}))

    assert result.nodes == ()
    assert not result.complete
    assert [one.reason for one in result.failures] == [Reason.TIMEOUT]


async def test_a_release_of_a_monitoring_chart_tells_of_the_stack(repository: Repository) -> None:
    playbook = """\
- hosts: masters
  tasks:
    - name: Install
      vars: {retention: 7d}
      command: >-
        helm upgrade --install kps repo/kube-prometheus-stack
        --set prometheus.prometheusSpec.retention={{ retention }}
    - kubernetes.core.helm:
        name: kps
        chart_ref: repo/kube-prometheus-stack
        values:
          alertmanager:
            alertmanagerSpec:
              replicas: 3
"""

    result = await reading(repository({"hosts": INVENTORY, "play.yml": playbook}), "play.yml")

    assert [(str(one.name), one.value.value, one.value.place.where) for one in result.stack] == [
        ("prometheus.retention", "7d", "play.yml:5"),
        ("alertmanager.replicas", "3", "play.yml:14"),
    ]
    assert result.unresolved == ()
