"""Playbooks lead to tasks through imports, includes, blocks and roles."""

from collections.abc import Mapping

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.playbooks import playbook_paths
from exporter.declared.ansible.task_expander import MAX_STEPS
from exporter.domain.errors import ReadError, Reason

from .conftest import Repository

LABEL = "- shell: kubectl label node n1 {}=x\n"


def expand(repository: Repository, files: Mapping[str, str], *paths: str) -> ExpandedPlaybooks:
    documents = Documents(repository(files))
    return PlaybookExpander(documents).expand(paths or ["site.yml"])


def commands(found: ExpandedPlaybooks) -> list[str]:
    """Return the labels that the tasks set, in their order."""
    return [str(task.arguments).split()[-1].removesuffix("=x") for task in found.tasks]


def test_sections_and_roles_come_in_ansibles_order(repository: Repository) -> None:
    site = (
        "- hosts: all\n  handlers:\n    - {name: h, shell: kubectl label node n1 e=x}\n"
        "  post_tasks:\n    - {shell: kubectl label node n1 d=x, notify: h}\n"
        "  tasks:\n    - shell: kubectl label node n1 c=x\n"
        "  roles: [label]\n  pre_tasks:\n    - shell: kubectl label node n1 a=x\n"
    )

    found = expand(repository, {"site.yml": site, "roles/label/tasks/main.yml": LABEL.format("b")})

    assert commands(found) == ["a", "b", "c", "d", "e"]
    assert [bool(task.context.uncertainty) for task in found.tasks] == [False] * 4 + [True]


HANDLERS = """\
- {name: first, shell: kubectl label node n1 first=x}
- {name: second, listen: topic, shell: kubectl label node n1 second=x}
- {name: "a {{ x }}", shell: kubectl label node n1 third=x}
"""


@pytest.mark.parametrize(
    ("task", "labels"),
    [
        pytest.param("{shell: x}", ["third"], id="nobody notifies"),
        pytest.param("{shell: x, notify: first}", ["first", "third"], id="by name"),
        pytest.param("{shell: x, notify: ['r : first']}", ["first", "third"], id="by its role"),
        pytest.param("{shell: x, notify: topic}", ["second", "third"], id="by topic"),
        pytest.param("{block: [{shell: x}], notify: topic}", ["second", "third"], id="a block"),
        pytest.param("{shell: x, notify: '{{ y }}'}", ["first", "second", "third"], id="any"),
        pytest.param("{include_tasks: no.yml}", ["first", "second", "third"], id="not known"),
        pytest.param(
            "{include_role: {name: gone}}", ["first", "second", "third"], id="a role of elsewhere"
        ),
    ],
)
def test_a_handler_that_no_task_notifies_never_runs(
    task: str, labels: list[str], repository: Repository
) -> None:
    files = {
        "site.yml": f"- hosts: all\n  roles: [r]\n  tasks:\n    - {task}\n",
        "roles/r/handlers/main.yml": HANDLERS,
    }

    found = expand(repository, files)

    assert commands(found) == labels
    assert all(task.context.uncertainty for task in found.tasks)


@pytest.mark.parametrize(
    ("role", "folder"),
    [
        pytest.param("label", "play/roles/label", id="beside the playbook"),
        pytest.param("label", "roles/label", id="above the playbook"),
        pytest.param("label", "ansible/roles/label", id="a usual folder"),
        pytest.param("{role: label}", "roles/label", id="a mapping"),
        pytest.param("../shared/label", "shared/label", id="a path"),
    ],
)
def test_roles_are_found_where_ansible_looks(
    role: str, folder: str, repository: Repository
) -> None:
    files = {
        "play/site.yml": f"- hosts: all\n  roles: [{role}]\n",
        f"{folder}/tasks/main.yml": LABEL.format("a"),
    }

    found = expand(repository, files, "play/site.yml")

    assert commands(found) == ["a"]


def test_a_role_of_the_repositorys_own_collection_is_found(repository: Repository) -> None:
    files = {
        "galaxy.yml": "namespace: me\nname: kube\n",
        "playbooks/site.yml": "- hosts: all\n  roles: [me.kube.label, other.kube.label]\n",
        "roles/label/tasks/main.yml": LABEL.format("a"),
    }

    found = expand(repository, files, "playbooks/site.yml")

    assert commands(found) == ["a"]
    (note,) = found.unresolved
    assert "'other.kube.label' is not in the repository" in note.message
    assert note.place.line == 2


def test_variables_override_each_other_as_in_ansible(repository: Repository) -> None:
    files = {
        "site.yml": "- hosts: all\n  vars: {v: play}\n  vars_files: [files.yml, [no.yml, b.yml]]\n"
        "  roles:\n    - {role: label, p: parameter, vars: {q: entry}}\n",
        "files.yml": "f: first\ng: first\n",
        "b.yml": "g: second\n",
        "roles/label/tasks/main.yml": "- vars: {t: task}\n  shell: kubectl label node n1 a=x\n",
        "roles/label/defaults/main.yml": "d: default\nv: default\n",
        "roles/label/vars/main.yml": "f: role\np: role\n",
    }

    (task,) = expand(repository, files).tasks

    found: dict[str, object] = {}
    for layer in (*reversed(task.context.defaults), *reversed(task.context.overrides)):
        found |= layer.values
    assert {name: found[name] for name in "tvfgpqd"} == {
        "t": "task",
        "v": "play",
        "f": "role",
        "g": "second",
        "p": "parameter",
        "q": "entry",
        "d": "default",
    }


def test_includes_are_followed_with_their_conditions_and_loops(repository: Repository) -> None:
    files = {
        "site.yml": "- import_playbook: play/one.yml\n  when: a\n  vars: {x: 1}\n",
        "play/one.yml": "- hosts: all\n  tasks:\n    - include_tasks: tasks/two.yml\n"
        "      loop: [1]\n      loop_control: {loop_var: outer}\n      when: b\n",
        "play/tasks/two.yml": "- import_tasks: three.yml\n",
        "play/tasks/three.yml": "- include_role: {name: label, tasks_from: other}\n  when: c\n",
        "roles/label/tasks/other.yml": "- block:\n    - shell: kubectl label node n1 a=x\n"
        "      when: [e, f]\n  when: d\n",
    }

    (task,) = expand(repository, files).tasks

    assert task.context.conditions == ("a", "b", "c", "d", "e", "f")
    assert [loop.variable for loop in task.context.loops] == ["outer"]
    assert task.context.overrides[-1].values == {"x": 1}
    assert (task.path, task.line) == ("roles/label/tasks/other.yml", 2)


def test_dependencies_of_a_role_come_first(repository: Repository) -> None:
    files = {
        "site.yml": "- hosts: all\n  roles: [label]\n",
        "roles/label/meta/main.yml": "dependencies: [{role: base}, gone]\n",
        "roles/label/tasks/main.yml": LABEL.format("b"),
        "roles/base/tasks/main.yml": LABEL.format("a"),
    }

    found = expand(repository, files)

    assert commands(found) == ["a", "b"]
    (note,) = found.unresolved
    assert note.place.path == "roles/label/meta/main.yml"


def test_a_playbook_that_another_imports_runs_once(repository: Repository) -> None:
    files = {
        "site.yml": "- import_playbook: label.yml\n",
        "label.yml": "- hosts: all\n  tasks:\n    " + LABEL.format("a"),
    }

    found = expand(repository, files, "label.yml", "site.yml")

    assert commands(found) == ["a"]
    assert [task.context.playbook for task in found.tasks] == ["site.yml"]


def test_what_tasks_set_while_they_run_is_known_by_name(repository: Repository) -> None:
    tasks = (
        "    - {shell: x, register: reg}\n    - set_fact: {fact: 1}\n    - include_vars: v.yml\n"
    )
    files = {
        "site.yml": f"- hosts: all\n  vars_prompt: [{{name: asked}}]\n  tasks:\n{tasks}",
        "v.yml": "included: 1\n",
    }

    assert expand(repository, files).set_at_run_time == {"reg", "fact", "included", "asked"}


def test_files_that_an_include_may_mean_are_followed_under_that_condition(
    repository: Repository,
) -> None:
    files = {
        "site.yml": "- hosts: all\n  tasks:\n    - include_tasks: 'tasks/{{ x }}.yml'\n",
        "tasks/a.yml": LABEL.format("a"),
        "tasks/b.yml": LABEL.format("b"),
        "tasks/play.yml": "- hosts: all\n",
    }

    found = expand(repository, files)

    assert commands(found) == ["a", "b"]
    conditions = [task.context.conditions[-1] for task in found.tasks]
    assert [condition.is_meant("tasks/b.yml") for condition in conditions] == [False, True]
    assert [condition.is_meant("tasks/none.yml") for condition in conditions] == [False, False]


def test_an_include_that_only_a_run_would_name_is_said_if_it_is_about_nodes(
    repository: Repository,
) -> None:
    include = "- hosts: all\n  tasks:\n    - {include_tasks: 'tasks/{{ x }}.yml', loop: [a]}\n"
    role = "    - include_role: {name: 'net-{{ y }}'}\n"
    files = {
        "site.yml": include + role,
        "tasks/label.yml": LABEL.format("a"),
        "tasks/other.yml": "- debug:\n",
        "roles/net-a/tasks/main.yml": LABEL.format("a"),
        "roles/net-b/tasks/main.yml": "- debug:\n",
    }

    found = expand(repository, files)

    assert [(note.message, note.place.line) for note in found.unresolved] == [
        ("only a run would tell whether tasks/label.yml is included", 3),
        ("only a run would tell whether the role roles/net-a is used", 4),
    ]


@pytest.mark.parametrize(
    ("files", "reason", "path"),
    [
        pytest.param({"site.yml": "a: b\n"}, Reason.MALFORMED, "site.yml", id="no list"),
        pytest.param({"site.yml": "- x: y\n"}, Reason.MALFORMED, "site.yml", id="no play"),
        pytest.param(
            {"site.yml": "- import_playbook: no.yml\n"}, Reason.MISSING, "no.yml", id="missing"
        ),
        pytest.param(
            {"site.yml": "- import_playbook: ../no.yml\n"},
            Reason.OUTSIDE,
            "../no.yml",
            id="outside",
        ),
        pytest.param(
            {"site.yml": "- import_playbook: site.yml\n"},
            Reason.MALFORMED,
            "site.yml",
            id="a playbook that imports itself",
        ),
        pytest.param(
            {"site.yml": "- hosts: all\n  tasks: {a: b}\n"},
            Reason.MALFORMED,
            "site.yml",
            id="tasks",
        ),
        pytest.param(
            {
                "site.yml": "- hosts: all\n  roles: [a]\n",
                "roles/a/tasks/main.yml": "- a: [\n",
            },
            Reason.MALFORMED,
            "roles/a/tasks/main.yml",
            id="a broken file of a role",
        ),
        pytest.param(
            {
                "site.yml": "- hosts: all\n  roles: [a]\n",
                "roles/a/meta/main.yml": "dependencies: [a, a]\n",
            },
            Reason.MALFORMED,
            "roles/a",
            id="a role that needs itself",
        ),
        pytest.param(
            {"site.yml": "- hosts: all\n  vars_files: v.yml\n", "v.yml": "$ANSIBLE_VAULT;1.1\n"},
            Reason.FORBIDDEN,
            "v.yml",
            id="vaulted variables",
        ),
    ],
)
def test_what_cannot_be_followed_is_a_failure_and_the_rest_goes_on(
    files: Mapping[str, str], reason: Reason, path: str, repository: Repository
) -> None:
    good = "- hosts: all\n  tasks:\n    " + LABEL.format("good")

    found = expand(repository, {**files, "good.yml": good}, "site.yml", "good.yml")

    assert reason in {failure.reason for failure in found.failures}
    assert path in {failure.place.path for failure in found.failures}
    assert commands(found) == ["good"]


def test_tasks_that_include_themselves_end(repository: Repository) -> None:
    files = {
        "site.yml": "- hosts: all\n  tasks:\n    - include_tasks: again.yml\n",
        "again.yml": LABEL.format("a") + "- include_tasks: again.yml\n  when: not done\n",
    }

    found = expand(repository, files)

    assert commands(found) == ["a"]
    assert found.failures == {}


def test_includes_that_multiply_are_bounded(repository: Repository) -> None:
    many = "".join("- include_tasks: {}.yml\n" for _ in range(40))
    files = {"site.yml": "- hosts: all\n  tasks:\n    - include_tasks: t0.yml\n"}
    files |= {f"t{n}.yml": many.replace("{}", f"t{n + 1}") for n in range(10)}

    found = expand(repository, files)

    assert f"leads to more than {MAX_STEPS} tasks" in {
        failure.message for failure in found.failures
    }


def test_missing_files_of_a_play_are_said(repository: Repository) -> None:
    site = (
        "- hosts: all\n  vars_files: [no.yml]\n  tasks:\n    - include_tasks: gone.yml\n"
        "    - include_tasks:\n- import_playbook: some.collection.play\n"
    )

    found = expand(repository, {"site.yml": site})

    assert [note.place.line for note in found.unresolved] == [2, 4, 6]


def test_of_a_directory_the_files_that_hold_plays_are_playbooks(repository: Repository) -> None:
    files = {
        "play/a.yml": "- hosts: all\n",
        "play/b.yaml": "- import_playbook: a.yml\n",
        "play/broken.yml": "- [\n",
        "play/requirements.yml": "- src: x\n",
        "play/vars.yml": "a: b\n",
        "play/tasks/main.yml": "- debug:\n",
        "play/readme.md": "x",
    }
    documents = Documents(repository(files))

    assert playbook_paths("play", documents=documents) == [
        "play/a.yml",
        "play/b.yaml",
        "play/broken.yml",
    ]
    assert playbook_paths("play/*.yaml", documents=documents) == ["play/b.yaml"]
    with pytest.raises(ReadError, match="matches nothing"):
        playbook_paths("no/*.yml", documents=documents)
