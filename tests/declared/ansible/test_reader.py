"""The whole reading: inventory, variables and playbooks of small repositories."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible.reader import read
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Attribute, NodeStatement, Reading
from exporter.domain.errors import Reason
from exporter.domain.finding import Layer
from exporter.domain.items import ItemState
from exporter.domain.monitoring.stack import StackValue
from exporter.domain.provenance import Source
from exporter.foreign.command import Limits
from exporter.settings.declared import AnsibleSettings

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
    return {node.name: node for node in result.nodes if node.enumerates}


def stated(result: Reading) -> dict[str, NodeStatement]:
    return {node.name: node for node in result.nodes if not node.enumerates}


def labels(statement: NodeStatement) -> dict[str, str]:
    return {key: label.value for key, label in statement.labels.items()}


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
    assert [note.message for note in result.unresolved] == [
        "a task: 'dict object' has no attribute 'infrastructure'"
    ]
    assert not result.complete
    assert [failure.reason for failure in result.failures] == [Reason.MALFORMED]


async def test_missing_playbooks_and_groups_are_failures(repository: Repository) -> None:
    checkout = repository({"hosts": "n1\n"})
    settings = AnsibleSettings(
        inventory="hosts", playbooks=("nowhere.yml", "none/*.yml", "../x.yml"), groups=("nobody",)
    )

    result = await read(settings, checkout=checkout)

    assert sorted((failure.place.path, failure.reason) for failure in result.failures) == [
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

    assert {name: labels(item) for name, item in stated(result).items()} == {
        "n1": {"b": "2"},
        "n2": {"a": "1", "b": "1"},
    }
    assert stated(result)["n1"].taints == ()


async def test_a_host_goes_by_its_address_where_nothing_names_it(
    repository: Repository,
) -> None:
    files = {"hosts": "10.0.0.1\n10.0.0.2 node_name=worker-2\n10.0.0.3 hostname=W3\n"}

    result = await reading(repository(files))

    assert set(listed(result)) == {"10.0.0.1", "worker-2", "w3"}
    assert result.complete


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
    assert all(failure.place.path for failure in result.failures)
    assert all(note.place.path for note in result.unresolved)


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
    assert [(failure.reason, failure.part) for failure in result.failures] == [
        (Reason.TIMEOUT, "p.yml")
    ]
    assert result.complete


async def test_a_vaulted_file_of_variables_costs_only_itself(repository: Repository) -> None:
    files = {
        "hosts": "n1\n",
        "group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        "group_vars/all/main.yml": "node_labels: {a: b, c: '{{ vault_c }}'}\n",
    }

    result = await reading(repository(files))

    assert labels(listed(result)["n1"]) == {"a": "b"}
    assert result.failures == ()
    assert [note.message for note in result.unresolved] == ["is encrypted with Ansible Vault"]
    assert {gap.place.path for gap in result.gaps} == {"group_vars/all/vault.yml"}
    assert {name for gap in result.gaps for name in gap.nodes} == {"n1"}
    (item,) = result.items
    assert (item.subject.name, item.state) == ("group_vars/all/vault.yml", ItemState.UNREADABLE)
    assert item.layers[0] is Layer.CONFIGURATION


async def test_a_range_without_end_is_bounded(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.declared.ansible.ansible_inventory.LIMITS", Limits(seconds=2))

    result = await reading(repository({"hosts": "n[0:99999999]\n"}))

    assert result.nodes == ()
    assert not result.complete
    assert [failure.reason for failure in result.failures] == [Reason.TIMEOUT]


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

    assert [
        (str(item.name), item.value.value, item.value.place.where) for item in result.stack
    ] == [
        ("prometheus.retention", "7d", "play.yml:5"),
        ("alertmanager.replicas", "3", "play.yml:14"),
    ]
    assert result.unresolved == ()


def hidden(result: Reading) -> set[tuple[str, str]]:
    """Return attribute and node of each gap; ``*`` stands for any node."""
    return {
        (attribute, name)
        for gap in result.gaps
        for attribute in gap.attributes
        for name in gap.nodes or {"*"}
    }


@pytest.mark.parametrize(
    ("files", "inventory"),
    [
        pytest.param({}, "hosts", id="missing"),
        pytest.param({"hosts.yml": "all: [\n"}, "hosts.yml", id="malformed"),
        pytest.param({"hosts": "$ANSIBLE_VAULT;1.1\n"}, "hosts", id="vaulted"),
        pytest.param({"hosts": "[a:nope]\nx\n"}, "hosts", id="not understood"),
        pytest.param({"hosts": "#!/bin/sh\n"}, "hosts", id="a program"),
        pytest.param({"inv/a": "n1\n", "inv/b.yml": "all: [\n"}, "inv", id="one of two"),
    ],
)
async def test_without_its_inventory_any_node_may_be_declared_and_be_so_otherwise(
    files: Mapping[str, str], inventory: str, repository: Repository
) -> None:
    play = "- hosts: localhost\n  tasks: [{command: kubectl label node n1 a=b}]\n"

    result = await reading(repository({**files, "p.yml": play}), "p.yml", inventory=inventory)

    assert hidden(result) >= {
        ("present", "*"),
        ("labels", "*"),
        ("taints", "*"),
        ("version", "*"),
        ("internal_ip", "*"),
    }
    assert not result.complete
    stated = [at for at, node in enumerate(result.nodes) if "a" in node.labels]
    assert stated
    assert all(gap.position <= stated[0] for gap in result.gaps)


@pytest.mark.parametrize(
    ("plugin", "found"),
    [
        pytest.param("plugin: amazon.aws.aws_ec2\n", {("present", "*")}, id="hosts of a cloud"),
        pytest.param(
            "plugin: amazon.aws.aws_ec2\ncompose: {kube_version: tags.version}\n",
            {("present", "*"), ("version", "*")},
            id="hosts with a version",
        ),
        pytest.param(
            "plugin: constructed\ncompose: {node_labels: x}\n", {("labels", "*")}, id="variables"
        ),
        pytest.param("plugin: constructed\ngroups: {a: x}\n", set(), id="groups"),
    ],
)
async def test_a_dynamic_inventory_could_say_what_its_words_say(
    plugin: str, found: set[tuple[str, str]], repository: Repository
) -> None:
    files = {"inv/hosts": "n1\n", "inv/cloud.yml": plugin}

    result = await reading(repository(files), inventory="inv")

    assert {item for item in hidden(result) if item[1] == "*"} == found
    assert result.complete is (("present", "*") not in found)


async def test_a_playbook_that_is_not_there_could_say_anything(repository: Repository) -> None:
    result = await reading(repository({"hosts": "n1\n"}), "gone.yml")

    assert hidden(result) == {("labels", "*"), ("taints", "*"), ("version", "*")}
    (gap,) = result.gaps
    assert (gap.place.path, gap.position) == ("gone.yml", 1)


async def test_what_comes_after_the_end_of_patience_is_not_known(repository: Repository) -> None:
    loops = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    play = (
        "- hosts: localhost\n  tasks:\n    - command: kubectl label node n1 a=b\n"
        f"    - command: 'kubectl label node n1 c={loops}'\n"
        "    - command: kubectl label node n1 e=f\n"
    )

    result = await reading(repository({"hosts": "n1\n", "p.yml": play}), "p.yml")

    assert hidden(result) == {("labels", "*"), ("taints", "*"), ("version", "*")}
    (gap,) = result.gaps
    assert gap.position == len(result.nodes)


async def test_a_role_that_is_not_here_is_an_item(repository: Repository) -> None:
    play = "- hosts: all\n  roles: [geerlingguy.ntp]\n- import_playbook: some.collection.play\n"

    result = await reading(repository({"hosts": "n1\n", "p.yml": play}), "p.yml")

    assert [(item.subject.kind, item.subject.name, item.state) for item in result.items] == [
        ("Role", "geerlingguy.ntp", ItemState.OTHER_REPOSITORY),
        ("Playbook", "some.collection.play", ItemState.OTHER_REPOSITORY),
    ]
    assert {item.layers for item in result.items} == {(Layer.CONFIGURATION,)}


async def test_a_vaulted_role_that_only_makes_users_concerns_nothing(
    repository: Repository,
) -> None:
    files = {
        "hosts": "n1\n",
        "play/label.yml": "- hosts: localhost\n  tasks: [{command: kubectl label node n1 a=b}]\n",
        "play/users.yml": "- hosts: all\n  roles: [users]\n",
        "play/roles/users/vars/main.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        "play/roles/users/defaults/main.yml": "names: [a]\n",
        "play/roles/users/tasks/main.yml": "- user: {name: '{{ item }}'}\n  loop: '{{ names }}'\n",
    }

    result = await reading(repository(files), "play")

    assert (result.gaps, result.items, result.failures) == ((), (), ())
    assert [(note.place.path, note.message) for note in result.unresolved] == [
        ("play/roles/users/vars/main.yml", "is encrypted with Ansible Vault")
    ]


async def test_a_broken_playbook_that_only_applies_ingresses_concerns_nothing(
    repository: Repository,
) -> None:
    play = "- hosts: all\n  tasks:\n    - k8s: {src: ingress.yml}\n  nope: [\n"

    result = await reading(repository({"hosts": "n1\n", "p.yml": play}), "p.yml")

    assert result.gaps == ()
    assert [failure.is_broken for failure in result.failures] == [True]
    assert {(item.state, item.layers, item.broken) for item in result.items} == {
        (ItemState.UNREADABLE, (Layer.CONFIGURATION,), True),
        (ItemState.UNSUPPORTED, (Layer.APPLICATIONS,), True),
    }


async def test_a_variable_for_which_no_time_is_left_is_not_known(repository: Repository) -> None:
    loops = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    files = {
        "hosts": "n1\n",
        "group_vars/all.yml": f"node_labels: {{a: '{loops}'}}\nip: '{{{{ x }}}}'\n",
    }

    result = await reading(repository(files))

    assert set(listed(result)) == {"n1"}
    assert hidden(result) == {("labels.a", "n1"), ("internal_ip", "n1")}


@pytest.mark.parametrize(
    ("task", "said", "names"),
    [
        pytest.param(
            "shell: helm upgrade kps repo/kube-prometheus-stack --set a={{ nobody_says }}",
            "nobody_says",
            set(StackValue),
            id="a variable that nobody sets",
        ),
        pytest.param(
            "shell: helm upgrade kps repo/kube-prometheus-stack -f /root/values.yaml "
            "--set prometheus.prometheusSpec.retention=7d",
            "the values in 'values.yaml' are not read",
            set(StackValue) - {StackValue.RETENTION},
            id="a file on the host",
        ),
    ],
)
async def test_what_a_release_may_say_and_nobody_can_tell_is_hidden(
    repository: Repository, task: str, said: str, names: set[StackValue]
) -> None:
    play = f"- hosts: api\n  tasks:\n    - {task}\n"

    result = await reading(repository({"hosts": "[api]\na\n", "play.yml": play}), "play.yml")

    (gap,) = result.stack_gaps
    assert said in gap.message
    assert (gap.place.path, gap.names) == ("play.yml", frozenset(names))


async def test_what_a_task_for_nodes_leaves_open_hides_nothing_of_the_stack(
    repository: Repository,
) -> None:
    play = "- hosts: api\n  tasks:\n    - shell: kubectl label node a x={{ nobody_says }}\n"

    result = await reading(repository({"hosts": "[api]\na\n", "play.yml": play}), "play.yml")

    assert result.unresolved
    assert result.stack_gaps == ()
