"""What ``set_fact`` sets is known to the tasks after it, as far as no run is needed to tell."""

import pytest

from .conftest import Repository
from .test_task_evaluator import run

LABEL = "- command: kubectl label node {{ inventory_hostname }} a={{ fact | default('none') }}\n"


@pytest.mark.parametrize(
    ("tasks", "labels"),
    [
        pytest.param("- set_fact: {fact: x}\n" + LABEL, {"w1": "x", "w2": "x"}, id="a text"),
        pytest.param(
            "- set_fact: {fact: '{{ zone }}'}\n" + LABEL, {"w1": "a", "w2": "b"}, id="by host"
        ),
        pytest.param(
            LABEL + "- set_fact: {fact: x}\n", {"w1": "none", "w2": "none"}, id="not before"
        ),
        pytest.param(
            "- set_fact: {fact: x}\n  when: zone == 'a'\n" + LABEL,
            {"w1": "x", "w2": "none"},
            id="under a condition",
        ),
        pytest.param(
            "- set_fact: {fact: x}\n- set_fact: {fact: '{{ fact }}y'}\n" + LABEL,
            {"w1": "xy", "w2": "xy"},
            id="again",
        ),
        pytest.param(
            "- set_fact: {fact: \"{{ fact | default('') }}{{ item }}\"}\n  loop: [x, y]\n" + LABEL,
            {"w1": "xy", "w2": "xy"},
            id="in a loop",
        ),
        pytest.param(
            "- set_fact: {fact: '{{ zone }}'}\n  run_once: true\n" + LABEL,
            {"w1": "a", "w2": "a"},
            id="once for all",
        ),
        pytest.param(
            "- set_fact: {fact: '{{ other }}'}\n  vars: {other: v}\n" + LABEL,
            {"w1": "v", "w2": "v"},
            id="by variables of the task",
        ),
        pytest.param(
            "- set_fact: {own: '{{ zone }}'}\n"
            "- set_fact: {fact: \"{{ hostvars['w2'].own }}\"}\n" + LABEL,
            {"w1": "b", "w2": "b"},
            id="of another host",
        ),
        pytest.param(
            "- block: [{set_fact: {fact: x}}]\n  when: true\n" + LABEL,
            {"w1": "x", "w2": "x"},
            id="in a block",
        ),
    ],
)
def test_a_fact_is_what_the_tasks_before_made_it(
    tasks: str, labels: dict[str, str], repository: Repository
) -> None:
    outcome = run(repository, tasks, hosts="workers")

    assert outcome.messages == []
    assert {node: found["a"] for node, found in outcome.labels.items()} == labels


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param("- set_fact: {fact: '{{ x }}'}\n" + LABEL, id="a value that a run gives"),
        pytest.param("- set_fact: {fact: x}\n  when: x\n" + LABEL, id="a condition"),
        pytest.param("- set_fact: {fact: 'yes'}\n" + LABEL, id="by version"),
        pytest.param("- set_fact: {fact: x, cacheable: true}\n" + LABEL, id="kept for later"),
        pytest.param("- set_fact: {fact: x}\n  delegate_to: w1\n" + LABEL, id="delegated"),
        pytest.param(
            "- set_fact: {fact: x}\n- {command: y, register: fact}\n" + LABEL, id="registered"
        ),
        pytest.param("- {include_tasks: set.yml, loop: [a]}\n" + LABEL, id="an include in a loop"),
        pytest.param("- {include_tasks: set.yml, when: true}\n" + LABEL, id="decided before"),
        pytest.param("- set_fact: {fact: x}\n" + LABEL + "  vars: {fact: y}\n", id="overridden"),
        pytest.param(
            "- block: []\n  rescue: [{set_fact: {fact: x}}]\n" + LABEL, id="where a block fails"
        ),
    ],
)
def test_a_fact_that_only_a_run_would_tell_is_open(tasks: str, repository: Repository) -> None:
    repository({"set.yml": "- set_fact: {fact: x}\n"})

    outcome = run(repository, tasks, hosts="workers")

    assert outcome.labels == {}
    assert outcome.gaps == {("labels.a", "w1"), ("labels.a", "w2")}


def test_a_play_for_hosts_that_are_not_known_may_have_set_a_fact(repository: Repository) -> None:
    repository({"set.yml": "- hosts: '{{ x }}'\n  tasks: [{set_fact: {fact: x}}]\n"})
    play = "- import_playbook: set.yml\n- hosts: workers\n  tasks:\n    " + LABEL
    repository({"site.yml": play})

    outcome = run(repository, "- debug:", playbooks=["site.yml"])

    assert outcome.labels == {}
    assert outcome.gaps == {("labels.a", "w1"), ("labels.a", "w2")}


def test_a_fact_of_another_run_is_none(repository: Repository) -> None:
    repository({"set.yml": "- hosts: workers\n  tasks: [{set_fact: {fact: x}}]\n"})

    outcome = run(repository, LABEL, hosts="workers", playbooks=["set.yml"])

    assert {node: found["a"] for node, found in outcome.labels.items()} == {
        "w1": "none",
        "w2": "none",
    }
