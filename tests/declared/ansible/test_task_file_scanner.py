"""A file of tasks that cannot be read could say what its words say, and those it leads to."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.node_keywords import TASK_ATTRIBUTES
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.referenced_files import ReferencedFiles
from exporter.declared.ansible.roles import RoleFinder
from exporter.declared.ansible.task_file_scanner import TaskFileScanner
from exporter.declared.ansible.tasks import UnreadTasks
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.domain.declaration import LABELS, TAINTS, Attribute

from .conftest import Repository

LABELS_AND_TAINTS = {LABELS, TAINTS}
NOTHING: set[str] = set()
PLAY = "- hosts: masters\n  become: no\n  tasks:\n    {}\n  nope: [\n"
ROLE = "- hosts: masters\n  roles:\n    - {}\n  nope: [\n"


def extent(repository: Repository, files: Mapping[str, str | bytes], path: str) -> set[str]:
    """Return what nobody can tell of nodes after following the playbook at *path*."""
    checkout = repository({name: text for name, text in files.items() if isinstance(text, str)})
    for name, data in files.items():
        if isinstance(data, bytes):
            (checkout.root / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout.root / name).write_bytes(data)
    found = PlaybookExpander(Documents(checkout)).expand([path])
    assert found.failures
    return {
        attribute
        for step in found.steps
        if isinstance(step, UnreadTasks)
        for attribute in step.attributes
    }


@pytest.mark.parametrize(
    ("task", "attributes"),
    [
        pytest.param("- command: kubectl label node n1 a=b", {LABELS}, id="kubectl label"),
        pytest.param("- command: kubectl label no n1 a=b", {LABELS}, id="kubectl label no"),
        pytest.param("- command: kubectl label -f nodes.json a=b", {LABELS}, id="by a file"),
        pytest.param(
            "- command: kubectl taint nodes n1 a:NoSchedule", {TAINTS}, id="kubectl taint"
        ),
        pytest.param(
            "- command: kubectl patch node n1 -p labels", LABELS_AND_TAINTS, id="kubectl patch"
        ),
        pytest.param("- command: kubectl drain n1", {TAINTS}, id="kubectl drain"),
        pytest.param("- k8s: {kind: Node, name: n1}", LABELS_AND_TAINTS, id="k8s"),
        pytest.param('- k8s: {"kind": "Node"}', LABELS_AND_TAINTS, id="k8s in quotes"),
        pytest.param("- k8s: kind=Node name=n1", LABELS_AND_TAINTS, id="k8s in a line"),
        pytest.param("- k8s: {kind: '{{ kind }}'}", LABELS_AND_TAINTS, id="k8s of any kind"),
        pytest.param("- kubernetes.core.k8s_taint: {name: n1}", {TAINTS}, id="k8s_taint"),
        pytest.param(
            "- k8s_json_patch: {kind: Node, name: n1}", LABELS_AND_TAINTS, id="k8s_json_patch"
        ),
        pytest.param("- k8s_drain: {name: n1}", {TAINTS}, id="k8s_drain"),
        pytest.param("- uri: {url: 'https://api/api/v1/nodes/n1'}", LABELS_AND_TAINTS, id="uri"),
        pytest.param("- raw: kubectl label node n1 a=b", {LABELS}, id="raw"),
        pytest.param("- lineinfile: {line: --node-labels=a=b}", LABELS_AND_TAINTS, id="lineinfile"),
        pytest.param(
            "- lineinfile: {line: 'KUBELET_EXTRA_ARGS={{ x }}'}",
            {*LABELS_AND_TAINTS, Attribute.VERSION},
            id="kubelet arguments",
        ),
        pytest.param(
            "- copy: {content: 'nodeRegistration: {taints: []}', dest: /etc/kubeadm.conf}",
            {*LABELS_AND_TAINTS, Attribute.VERSION},
            id="kubeadm's configuration",
        ),
        pytest.param(
            "- copy: {content: 'node-label: [a=b]'}", LABELS_AND_TAINTS, id="k3s's configuration"
        ),
        pytest.param("- apt: {name: kubelet=1.30}", {Attribute.VERSION}, id="a package"),
        pytest.param("- command: kubeadm upgrade node", {Attribute.VERSION}, id="kubeadm"),
        pytest.param("- set_fact: {kube_version: v1}", {Attribute.VERSION}, id="a version"),
        pytest.param("- k8s: {src: ingress.yml}", NOTHING, id="an Ingress from a file"),
        pytest.param(
            "- k8s: {kind: Ingress, definition: {metadata: {labels: {a: b}}}}",
            NOTHING,
            id="an Ingress",
        ),
        pytest.param("- command: kubectl apply -f ingress.yml", NOTHING, id="kubectl apply"),
        pytest.param("- command: kubectl -n {{ x }} apply -f y", NOTHING, id="in a namespace"),
        pytest.param(
            "- user: {name: '{{ item }}'}\n      loop: '{{ users }}'", NOTHING, id="users"
        ),
        pytest.param(
            "- debug: {msg: x}\n      loop_control: {label: '{{ item }}'}",
            NOTHING,
            id="loop_control",
        ),
        pytest.param("- debug: {msg: nodePort nodeSelector}", NOTHING, id="words that hold node"),
    ],
)
def test_a_broken_playbook_could_say_what_its_words_say(
    task: str, attributes: set[str], repository: Repository
) -> None:
    assert extent(repository, {"p.yml": PLAY.format(task)}, "p.yml") == attributes


@pytest.mark.parametrize(
    "task",
    [
        pytest.param("- command: '{{ x }}'", id="command"),
        pytest.param("- shell: |\n        {{ x }} node n1", id="script"),
        pytest.param("- shell: |\n        date\n        {{ x }} node n1", id="a line of a script"),
        pytest.param("- shell: date; {{ x }}", id="a command after another"),
        pytest.param("- command: {cmd: '{{ x }}'}", id="cmd"),
        pytest.param("- command: {argv: ['{{ x }}', a]}", id="argv"),
        pytest.param("- command: kubectl {{ x }} n1", id="verb of kubectl"),
        pytest.param("- command: kubectl --context c {{ x }} n1", id="verb after a flag"),
        pytest.param("- '{{ x }}': {name: n1}", id="module"),
        pytest.param("- action: '{{ x }} name=n1'", id="action"),
        pytest.param("- include_tasks: '{{ x }}.yml'", id="included file"),
        pytest.param("- include_tasks:\n        file: '{{ x }}.yml'", id="included file below"),
        pytest.param("- include_role: {name: '{{ x }}'}", id="included role"),
        pytest.param("- include_role: *role", id="an alias"),
        pytest.param("- template: {src: '{{ x }}.j2', dest: /x}", id="template"),
        pytest.param("- copy: {src: '{{ x }}', dest: /x}", id="copy"),
        pytest.param("- script: '{{ x }}'", id="script file"),
        pytest.param("- uri: {url: 'https://{{ api }}/x'}", id="uri"),
        pytest.param("- include_tasks: gone.yml", id="a file that is not there"),
        pytest.param("- import_role: {name: gone}", id="a role that is not there"),
        pytest.param("- template: {src: gone.j2, dest: /x}", id="a template that is not there"),
        pytest.param("- script: gone.sh", id="a script that is not there"),
    ],
)
def test_what_is_made_of_variables_could_say_anything(task: str, repository: Repository) -> None:
    assert extent(repository, {"p.yml": PLAY.format(task)}, "p.yml") == TASK_ATTRIBUTES


@pytest.mark.parametrize("task", ["command: date", "template: {src: a.j2}", "script: a.sh"])
@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        pytest.param("nothing of interest", NOTHING, id="nothing"),
        pytest.param("kubectl label node n1 a=b", {LABELS}, id="labels"),
        pytest.param(b"\xff", set(TASK_ATTRIBUTES), id="no text"),
    ],
)
def test_a_broken_playbook_could_say_what_it_leads_to(
    task: str, content: str | bytes, attributes: set[str], repository: Repository
) -> None:
    files = {
        "p.yml": PLAY.format("- include_tasks: more.yml"),
        "more.yml": f"- {task}\n",
        "templates/a.j2": content,
        "files/a.sh": content,
    }

    found = extent(repository, files, "p.yml")

    assert found == (NOTHING if task == "command: date" else attributes)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("r", id="a name"),
        pytest.param("role: r", id="role"),
        pytest.param("{ role: r, x: '{{ y }}' }", id="with parameters"),
        pytest.param("name: r\n      vars: {a: '{{ b }}'}", id="with variables"),
    ],
)
@pytest.mark.parametrize(
    ("files", "attributes"),
    [
        pytest.param({"tasks/main.yml": "- user: {name: x}\n"}, NOTHING, id="users"),
        pytest.param({"tasks/main.yml": "- command: kubectl label node"}, {LABELS}, id="labels"),
        pytest.param({"handlers/main.yml": "- k8s_taint:"}, {TAINTS}, id="in a handler"),
        pytest.param({"vars/main.yml": "$ANSIBLE_VAULT;1.1\n"}, NOTHING, id="vaulted variables"),
        pytest.param(
            {"tasks/main.yml": "$ANSIBLE_VAULT;1.1\n"}, set(TASK_ATTRIBUTES), id="vaulted tasks"
        ),
        pytest.param({"meta/main.yml": "dependencies: [other]\n"}, {TAINTS}, id="dependency"),
        pytest.param(
            {"meta/main.yml": "dependencies: [gone]\n"}, set(TASK_ATTRIBUTES), id="no dependency"
        ),
    ],
)
def test_a_broken_playbook_could_say_what_its_roles_say(
    named: str, files: Mapping[str, str], attributes: set[str], repository: Repository
) -> None:
    roles = {f"roles/r/{name}": text for name, text in files.items()}
    roles |= {"roles/other/tasks/main.yml": "- k8s_taint:\n", "roles/r/defaults/main.yml": "a: 1\n"}

    found = extent(repository, {"p.yml": ROLE.format(named), **roles}, "p.yml")

    assert found == attributes


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("p.yml", "$ANSIBLE_VAULT;1.1\n6162\n", id="vaulted"),
        pytest.param("p.yml", b"- hosts: all\n  # \xff\n", id="undecodable"),
        pytest.param("p.yml", '- hosts: all\n  x: "\\x61"\n  nope: [\n', id="escaped words"),
        pytest.param("gone.yml", "", id="missing"),
        pytest.param("../p.yml", "", id="outside"),
    ],
)
def test_what_is_no_text_could_say_anything(
    path: str, text: str | bytes, repository: Repository
) -> None:
    assert extent(repository, {"p.yml": text}, path) == TASK_ATTRIBUTES


def test_a_playbook_that_is_too_long_to_look_through_could_say_anything(
    repository: Repository,
) -> None:
    assert (
        extent(repository, {"p.yml": "nope: [\n" + "# x\n" * 100_000}, "p.yml") == TASK_ATTRIBUTES
    )


def test_more_than_can_be_looked_through_could_say_anything(repository: Repository) -> None:
    documents = Documents(repository({"a.yml": "# x\n" * 10}))
    files = VariableFiles(documents)
    extents = TaskFileScanner(documents, RoleFinder(files), ReferencedFiles(documents), left=50)
    place = documents.place("p.yml", 1)

    first, second = (
        extents.attributes_of(UnreadFile(place, "is broken", f"{text} a.yml\n"), ["."])
        for text in "ab"
    )

    assert (first, second) == (frozenset(), TASK_ATTRIBUTES)


def test_files_are_read_up_to_a_limit(repository: Repository) -> None:
    documents = Documents(repository({"a": "aaaa", "b": "bbbb"}))

    referenced = ReferencedFiles(documents, left=6)

    assert [referenced.read(item) for item in "aba"] == ["aaaa", None, "aaaa"]


@pytest.mark.parametrize(
    ("tasks", "attributes"),
    [
        pytest.param("- {include_tasks: '{{ item }}.yml', loop: [l]}\n", {LABELS}, id="any file"),
        pytest.param("- include_tasks: 'o-{{ x }}.yml'\n", NOTHING, id="files that say nothing"),
        pytest.param(
            "- {include_tasks: '{{ item }}/l.yml', loop: [.]}\n", {LABELS}, id="any folder"
        ),
        pytest.param("- include_role: {name: 'r{{ x }}'}\n", {TAINTS}, id="roles"),
        pytest.param(
            "- include_role: {name: t, tasks_from: '{{ x }}'}\n", {TAINTS}, id="tasks_from"
        ),
        pytest.param(
            "- include_tasks: gone.yml\n", set(TASK_ATTRIBUTES), id="a file that is not there"
        ),
    ],
)
def test_what_only_a_run_would_include_is_a_gap(
    tasks: str, attributes: set[str], repository: Repository
) -> None:
    files = {
        "p.yml": f"- hosts: all\n  tasks:\n    {tasks}",
        "l.yml": "- command: kubectl label node n1 a=b\n",
        "o-a.yml": "- debug:\n",
        "roles/r1/tasks/main.yml": "- k8s_taint: {name: n1}\n",
        "roles/t/tasks/main.yml": "- debug:\n",
        "roles/t/tasks/other.yml": "- k8s_taint: {name: n1}\n",
    }

    found = PlaybookExpander(Documents(repository(files))).expand(["p.yml"])

    assert found.failures == {}
    unread_tasks = [step for step in found.steps if isinstance(step, UnreadTasks)]
    assert {attribute for step in unread_tasks for attribute in step.attributes} == attributes
    assert {(unread_task.place.path, unread_task.place.line) for unread_task in unread_tasks} <= {
        ("p.yml", 3)
    }


def test_a_file_of_variables_beside_playbooks_is_no_playbook(repository: Repository) -> None:
    files = {
        "secrets.yml": "$ANSIBLE_VAULT;1.1\n",
        "p.yml": "- hosts: all\n  vars_files: [secrets.yml]\n",
    }

    found = PlaybookExpander(Documents(repository(files))).expand(["p.yml", "secrets.yml"])

    assert found.steps == []
