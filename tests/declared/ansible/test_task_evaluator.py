"""Tasks are evaluated with their loops and conditions for the hosts of their play."""

from collections.abc import Sequence

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.evaluation import evaluate
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory import parse_inventory
from exporter.declared.ansible.inventory_files import StagedInventory
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.declared.ansible.node_state import NodeState
from exporter.declared.ansible.play_hosts import PlayHostFinder
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.task_evaluator import TaskEvaluator
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.domain.declaration import Unresolved
from exporter.domain.json import JsonObject

from .conftest import Repository

OUTPUT: JsonObject = {
    "all": {"children": ["masters", "workers", "empty"], "vars": {"prefix": "k8s"}},
    "masters": {"hosts": ["m1"]},
    "empty": {},
    "workers": {"hosts": ["w1", "w2"], "vars": {"pool": "{{ zone }}-pool"}},
    "_meta": {
        "hostvars": {
            "m1": {"zone": "a"},
            "w1": {"zone": "a", "node_labels": {"gpu": "yes"}},
            "w2": {"zone": "b", "node_labels": {}},
        }
    },
}


class Outcome:
    """What the tasks of a play leave on nodes."""

    def __init__(self, node_state: NodeState, unresolved: list[Unresolved]) -> None:
        self.node_state = node_state
        nodes = node_state.statements()
        self.gaps = {
            (attribute, name)
            for gap in node_state.gaps(0)
            for attribute in gap.attributes
            for name in gap.nodes or {"*"}
        }
        self.labels: dict[str, dict[str, str]] = {}
        self.taints: dict[str, list[str]] = {}
        self.lines: dict[str, dict[str, int]] = {}
        for node in nodes:
            labels = self.labels.setdefault(node.name, {})
            labels.update({key: label.value for key, label in node.labels.items()})
            lines = self.lines.setdefault(node.name, {})
            lines.update({key: label.place.line for key, label in node.labels.items()})
            self.taints.setdefault(node.name, []).extend(str(taint.value) for taint in node.taints)
        self.messages = [note.message.removeprefix("a task: ") for note in unresolved]
        self.places = [(note.place.path, note.place.line) for note in unresolved]


def run(
    repository: Repository,
    tasks: str,
    *,
    hosts: str = "masters",
    play: str = "",
    playbooks: Sequence[str] = (),
    complete: bool = True,
) -> Outcome:
    """Evaluate the *tasks* of one play, indented as in a list, and *playbooks* after it."""
    indented = "".join(f"    {line}\n" for line in tasks.strip("\n").split("\n"))
    text = f"- hosts: {hosts}\n{play}  tasks:\n{indented}"
    checkout = repository({"play.yml": text})
    documents = Documents(checkout)
    inventory = parse_inventory(
        OUTPUT, staged=StagedInventory(), inventory="hosts", checkout=checkout
    )
    expanded = PlaybookExpander(documents).expand(["play.yml", *playbooks])
    environment = VariableEnvironment(
        variables=read_variables(inventory, folders=(), documents=documents),
        host_patterns=HostPatterns(inventory.hosts, inventory.members),
        set_at_run_time=expanded.set_at_run_time,
    )
    node_state = NodeState(inventory=("m1", "w1", "w2"), complete=complete)
    evaluator = TaskEvaluator(environment=environment, node_state=node_state, documents=documents)
    assert expanded.failures == {}
    evaluate(
        expanded.steps,
        evaluator=evaluator,
        host_finder=PlayHostFinder(environment=environment, complete=complete),
    )
    return Outcome(node_state, [*expanded.unresolved, *evaluator.unresolved])


@pytest.mark.parametrize(
    "task",
    [
        pytest.param("- shell: kubectl label node w1 a=b", id="shell"),
        pytest.param("- command: kubectl label node w1 a=b", id="command"),
        pytest.param("- raw: kubectl label node w1 a=b", id="raw"),
        pytest.param("- ansible.builtin.shell: {cmd: kubectl label node w1 a=b}", id="cmd"),
        pytest.param("- command: {argv: [kubectl, label, node, w1, a=b]}", id="argv"),
        pytest.param("- command:\n  args: {cmd: kubectl label node w1 a=b}", id="args"),
        pytest.param("- action: shell kubectl label node w1 a=b", id="action"),
        pytest.param("- local_action: command kubectl label node w1 a=b", id="local_action"),
        pytest.param(
            "- action: {module: command, cmd: kubectl label node w1 a=b}", id="action as a mapping"
        ),
        pytest.param("- shell: kubectl label node w1 a=b creates=/x chdir=/y", id="parameters"),
        pytest.param("- shell: >\n    kubectl label node w1\n    a=b", id="folded"),
        pytest.param("- block:\n    - shell: kubectl label node w1 a=b\n  when: true", id="block"),
        pytest.param("- block: []\n  always:\n    - shell: kubectl label node w1 a=b", id="always"),
        pytest.param("- shell: kubectl label node {{ n }} a=b\n  vars: {n: w1}", id="vars"),
        pytest.param(
            "- kubernetes.core.k8s: {kind: Node, name: w1, "
            "definition: {metadata: {labels: {a: b}}}}",
            id="k8s",
        ),
        pytest.param(
            "- k8s:\n    definition: |\n      kind: Node\n      metadata: {name: w1, "
            "labels: {a: '{{ \"b\" }}'}}",
            id="k8s with text",
        ),
        pytest.param(
            "- community.kubernetes.k8s: {resource_definition: "
            "[{kind: Pod}, {kind: Node, metadata: {name: w1, labels: {a: b}}}]}",
            id="k8s with a list",
        ),
    ],
)
def test_a_label_is_stated_in_all_forms_of_a_task(task: str, repository: Repository) -> None:
    outcome = run(repository, task)

    assert outcome.messages == []
    assert outcome.labels == {"w1": {"a": "b"}}


@pytest.mark.parametrize(
    ("loop", "node", "labels"),
    [
        pytest.param("loop: [w1, w2]", "item", {"w1", "w2"}, id="loop"),
        pytest.param("with_items: [[w1], w2]", "item", {"w1", "w2"}, id="with_items"),
        pytest.param("with_items: w1", "item", {"w1"}, id="with_items of one"),
        pytest.param("with_list: [w1]", "item", {"w1"}, id="with_list"),
        pytest.param(
            "with_nested: [[w], [1, 2]]", "item[0] }}{{ item[1]", {"w1", "w2"}, id="with_nested"
        ),
        pytest.param(
            "with_together: [[w, w], [1, 2]]",
            "item[0] }}{{ item[1]",
            {"w1", "w2"},
            id="with_together",
        ),
        pytest.param("with_indexed_items: [w1, [w2]]", "item[1]", {"w1", "w2"}, id="with_indexed"),
        pytest.param("with_dict: {w1: {}, w2: {}}", "item.key", {"w1", "w2"}, id="with_dict"),
        pytest.param("loop: \"{{ {'w1': 1} | dict2items }}\"", "item.key", {"w1"}, id="dict2items"),
        pytest.param("loop: \"{{ groups['workers'] }}\"", "item", {"w1", "w2"}, id="a group"),
        pytest.param(
            'loop: "{{ groups.workers }}"\n  loop_control: {loop_var: n, index_var: i}',
            "n",
            {"w1", "w2"},
            id="loop_var",
        ),
        pytest.param("loop: '{{ ansible_play_hosts }}'", "item", {"m1"}, id="hosts of the play"),
        pytest.param(
            "loop: \"{{ groups['workers'] }}\"\n  when: hostvars[item].zone == 'b'",
            "item",
            {"w2"},
            id="a condition on the item",
        ),
        pytest.param("loop: []", "item", set(), id="nothing"),
    ],
)
def test_loops_are_unrolled(loop: str, node: str, labels: set[str], repository: Repository) -> None:
    outcome = run(repository, f"- command: kubectl label node {{{{ {node} }}}} a=b\n  {loop}")

    assert outcome.messages == []
    assert set(outcome.labels) == labels


def test_a_command_runs_for_every_host_of_the_play(repository: Repository) -> None:
    task = "- command: kubectl label node {{ inventory_hostname }} pool={{ pool }} x={{ prefix }}"

    outcome = run(repository, task, hosts="workers")

    assert outcome.labels == {
        "w1": {"pool": "a-pool", "x": "k8s"},
        "w2": {"pool": "b-pool", "x": "k8s"},
    }


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("lookup('file', 'text.txt')", id="beside the playbook"),
        pytest.param("lookup('ansible.builtin.file', 'in-files.txt')", id="in files"),
        pytest.param("query('file', 'text.txt')[0]", id="query"),
        pytest.param("lookup('vars', 'wanted')", id="a variable"),
        pytest.param("lookup('vars', 'absent', default='found')", id="a variable's default"),
        pytest.param("(query('dict', own) | first).value", id="a mapping"),
    ],
)
def test_a_lookup_is_answered_from_the_repository(value: str, repository: Repository) -> None:
    repository({"text.txt": "found\n\n", "files/in-files.txt": "found"})
    task = f'- command: kubectl label node w1 "a={{{{ {value} }}}}"\n'

    outcome = run(repository, f"{task}  vars: {{wanted: found, own: {{a: found}}}}")

    assert (outcome.messages, outcome.labels) == ([], {"w1": {"a": "found"}})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("lookup('file', 'none.txt')", "is not known", id="no file"),
        pytest.param("lookup('file', 'twice.txt')", "is not known", id="one of two files"),
        pytest.param("lookup('file', '/etc/hostname')", "is not known", id="of the machine"),
        pytest.param("lookup('file', '../../x')", "is not known", id="outside"),
        pytest.param("lookup('file', 'a', rstrip=false)", "only a run", id="options"),
        pytest.param("lookup('env', 'HOME')", "only a run", id="another lookup"),
    ],
)
def test_a_lookup_that_the_repository_does_not_answer_is_said(
    value: str, message: str, repository: Repository
) -> None:
    repository({"twice.txt": "a", "files/twice.txt": "b", "a": "a"})

    outcome = run(repository, f'- command: kubectl label node w1 "a={{{{ {value} }}}}"')

    assert outcome.labels == {}
    assert [message in found for found in outcome.messages] == [True]


def test_an_include_means_the_file_that_its_name_gives_on_a_host(repository: Repository) -> None:
    repository(
        {
            "tasks/a.yml": "- command: kubectl label node {{ inventory_hostname }} in=a\n",
            "tasks/b.yml": "- command: kubectl label node {{ inventory_hostname }} in=b\n",
        }
    )

    outcome = run(repository, "- include_tasks: 'tasks/{{ zone }}.yml'", hosts="all")

    assert outcome.messages == []
    assert {node: labels["in"] for node, labels in outcome.labels.items()} == {
        "m1": "a",
        "w1": "a",
        "w2": "b",
    }


def test_what_an_include_may_mean_is_open_where_its_name_is(repository: Repository) -> None:
    repository({"tasks/a.yml": "- command: kubectl label node w1 in=a\n"})

    outcome = run(repository, "- include_tasks: 'tasks/{{ x }}.yml'")

    assert outcome.messages == [
        "only a run would tell whether tasks/a.yml is included: 'x' is undefined"
    ]
    assert outcome.gaps == {("labels.in", "w1")}


def test_the_last_host_counts_where_all_set_the_same(repository: Repository) -> None:
    task = "- command: kubectl label node n1 zone={{ zone }}"

    assert run(repository, task, hosts="m1:w2:w1").labels == {"n1": {"zone": "a"}}


def test_run_once_means_the_first_host(repository: Repository) -> None:
    task = "- command: kubectl label node {{ inventory_hostname }} a=b\n  run_once: true"

    assert set(run(repository, task, hosts="workers").labels) == {"w1"}


@pytest.mark.parametrize(
    ("condition", "nodes"),
    [
        ("inventory_hostname == 'w1'", {"w1"}),
        ("inventory_hostname in groups['masters']", set()),
        ("[zone == 'b', true]", {"w2"}),
        ("node_labels | default({}) | length > 0", {"w1"}),
        ("\"'workers' in group_names\"", {"w1", "w2"}),
        ("nothing is defined", set()),
        ("false", set()),
    ],
)
def test_conditions_decide_host_by_host(
    condition: str, nodes: set[str], repository: Repository
) -> None:
    task = f"- command: kubectl label node {{{{ inventory_hostname }}}} a=b\n  when: {condition}"

    outcome = run(repository, task, hosts="workers")

    assert outcome.messages == []
    assert set(outcome.labels) == nodes


def test_labels_of_host_variables_are_looped_over_in_a_template(repository: Repository) -> None:
    tasks = """
- vars:
    labels: >-
      {% for k, v in hostvars[item].get('node_labels', {}).items() %}{{ k }}={{ v }} {% endfor %}
  command: kubectl label node {{ item }} {{ labels }} --overwrite
  loop: "{{ groups['workers'] }}"
  when: hostvars[item].get('node_labels', {}) | length > 0
"""

    assert run(repository, tasks).labels == {"w1": {"gpu": "yes"}}


def test_a_statement_stands_at_the_item_that_supplies_it(repository: Repository) -> None:
    tasks = """
- command: kubectl label node {{ item.node }} a={{ item.a }}
  loop:
    - { node: w1, a: 1 }

    - node: w2
      a: 2
- command: kubectl label node {{ item.key }} b={{ item.value.b }}
  loop: "{{ more | dict2items }}"
- shell: |
    # first

    kubectl label node w1 c=1
    kubectl label node w1 d=1
- shell: kubectl label node w1 e=1
"""

    outcome = run(repository, tasks, play="  vars:\n    more:\n      w1: {b: 1}\n")

    assert outcome.lines == {"w1": {"a": 8, "b": 4, "c": 17, "d": 18, "e": 19}, "w2": {"a": 10}}


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("- shell: kubectl label node {{ x }} a=b", "'x' is undefined", id="undefined"),
        pytest.param(
            "- shell: kubectl label node {{ ansible_hostname }} a=b",
            "known only to a run",
            id="fact",
        ),
        pytest.param(
            "- shell: hostname\n  register: out\n- shell: kubectl label node {{ out.stdout }} a=b",
            "set by a task",
            id="registered",
        ),
        pytest.param(
            "- set_fact: {n: w1}\n- shell: kubectl label node {{ n }} a=b",
            "set by a task",
            id="set_fact",
        ),
        pytest.param(
            "- set_fact: n=x m=2\n- shell: kubectl label node w1 a={{ n }}\n  vars: {n: b}",
            "set by a task",
            id="set_fact in a line",
        ),
        pytest.param(
            "- shell: x\n  register: out\n- shell: kubectl label node w1 a=b\n  when: out.rc != 0",
            "set by a task",
            id="condition",
        ),
        pytest.param(
            "- shell: kubectl label node w1 a={{ lookup('env', 'X') }}", "a lookup", id="lookup"
        ),
        pytest.param(
            "- shell: kubectl label node {{ item }} a=b\n  with_sequence: count=3",
            "with_sequence",
            id="a loop that is not evaluated",
        ),
        pytest.param(
            "- shell: kubectl label node {{ item }} a=b\n  loop: 3", "no list", id="no list"
        ),
        pytest.param("- shell: kubectl label node $x a=b", "the shell puts", id="shell variable"),
        pytest.param("- shell: kubectl label node 'w1 a=b", "inside quotes", id="quotes"),
        pytest.param(
            "- block: []\n  rescue:\n    - shell: kubectl label node w1 a=b", "fails", id="rescue"
        ),
        pytest.param(
            "- k8s: {kind: Node, name: w1, state: absent}", "state absent", id="k8s absent"
        ),
        pytest.param(
            "- k8s: {kind: Node, definition: {metadata: {labels: {a: b}}}}",
            "names no node",
            id="k8s without a name",
        ),
        pytest.param(
            "- k8s: {kind: Node, name: w1, definition: {metadata: {labels: {a: 1}}}}",
            "quote its value",
            id="k8s with a number",
        ),
        pytest.param("- k8s_json_patch: {kind: Node, name: w1}", "is not evaluated", id="patch"),
        pytest.param(
            "- k8s_taint: {name: w1, taints: [{key: a}]}", "no effect", id="a taint without effect"
        ),
    ],
)
def test_what_only_a_run_would_tell_is_said_and_not_stated(
    task: str, words: str, repository: Repository
) -> None:
    outcome = run(repository, task)

    assert outcome.labels == {}
    (message,) = outcome.messages
    assert words in message
    assert outcome.places[0][0] == "play.yml"
    assert outcome.places[0][1] >= 3


def test_one_open_item_does_not_lose_the_others(repository: Repository) -> None:
    task = (
        "- shell: kubectl label node {{ item.n }} a={{ item.a }}\n"
        "  loop:\n    - { n: w1, a: '{{ nope }}' }\n    - { n: w2, a: 1 }\n"
        "- shell: |\n    kubectl label node $x a=b\n    kubectl label node w1 a=2"
    )

    outcome = run(repository, task)

    assert outcome.labels == {"w1": {"a": "2"}, "w2": {"a": "1"}}
    assert len(outcome.messages) == 2
    assert outcome.gaps == {("labels.a", "w1"), ("labels.a", "*")}


def test_taints_are_set_and_taken_away(repository: Repository) -> None:
    tasks = """
- kubernetes.core.k8s_taint:
    name: "{{ item }}"
    taints:
      - {key: a, value: b, effect: NoSchedule}
      - {key: c, effect: NoExecute}
  loop: [w1, w2]
- k8s_taint: {name: w2, state: absent, taints: [{key: a, effect: NoSchedule}]}
- k8s: {kind: Node, name: w2, definition: {spec: {taints: [{key: d, effect: NoSchedule}]}}}
"""

    assert run(repository, tasks).taints == {
        "w1": ["a=b:NoSchedule", "c:NoExecute"],
        "w2": ["c:NoExecute", "d:NoSchedule"],
    }


@pytest.mark.parametrize(
    "task",
    [
        pytest.param("- shell: kubectl label node w1 a=b\n  tags: [never]", id="never"),
        pytest.param("- shell: kubectl label node w1 a=b\n  check_mode: true", id="check mode"),
        pytest.param("- shell: kubectl get nodes --show-labels | grep label", id="another command"),
        pytest.param("- debug: {msg: kubectl label node w1 a=b}", id="another module"),
        pytest.param("- k8s: {kind: Pod, name: w1, definition: {}}", id="another kind"),
        pytest.param("- shell: kubectl label node w1 a=b\n  when: false", id="when false"),
    ],
)
def test_what_does_nothing_says_nothing(task: str, repository: Repository) -> None:
    outcome = run(repository, task)

    assert (outcome.labels, outcome.messages) == ({}, [])


def test_a_play_for_an_empty_group_does_nothing(repository: Repository) -> None:
    outcome = run(repository, "- shell: kubectl label node w1 a=b", hosts="empty")

    assert (outcome.labels, outcome.messages, outcome.gaps) == ({}, [], set())


def test_where_the_hosts_are_not_known_what_needs_them_is_left_open(
    repository: Repository,
) -> None:
    tasks = """
- shell: kubectl label node w1 a=b
- shell: kubectl label node {{ inventory_hostname }} a=b
"""

    outcome = run(repository, tasks, hosts="'{{ target }}'")

    assert outcome.labels == {"w1": {"a": "b"}}
    assert outcome.messages == ["on which hosts it runs is not known"]
