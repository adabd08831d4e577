"""What a task could set and nobody can tell is a gap: these attributes, of these nodes."""

import pytest

from .conftest import Repository
from .test_task_evaluator import run

ANY = "*"


@pytest.mark.parametrize(
    ("task", "gaps"),
    [
        pytest.param("kubectl label node {{ x }} a=b", {("labels.a", ANY)}, id="node"),
        pytest.param("kubectl label node w1 a={{ x }}", {("labels.a", "w1")}, id="value"),
        pytest.param(
            "kubectl label node {{ inventory_hostname }} a={{ x }}",
            {("labels.a", "m1")},
            id="value for each host",
        ),
        pytest.param("kubectl label node w1 {{ x }}=1 b=2", {("labels", "w1")}, id="key"),
        pytest.param("kubectl label node w1 {{ x }}", {("labels", "w1")}, id="all changes"),
        pytest.param("kubectl label {{ x }} w1 a=b", {("labels.a", "w1")}, id="kind"),
        pytest.param("kubectl {{ x }} node w1 a=b", {("labels", ANY), ("taints", ANY)}, id="verb"),
        pytest.param("'{{ x }} label node w1 a=b'", {("labels", ANY)}, id="program"),
        pytest.param(
            "kubectl taint node w1 a={{ x }}:NoSchedule", {("taints.a", "w1")}, id="taint"
        ),
        pytest.param("kubectl taint node w1 a:{{ x }}", {("taints.a", "w1")}, id="effect"),
        pytest.param("kubectl taint node {{ x }} a-", {("taints.a", ANY)}, id="a removal"),
        pytest.param("kubectl label node $x a=b", {("labels.a", ANY)}, id="shell variable"),
        pytest.param("kubectl label node 'w1 a=b", {("labels", ANY)}, id="quotes"),
        pytest.param("x || kubectl label node w1 a=b", {("labels.a", "w1")}, id="condition"),
        pytest.param(
            "for n in $(kubectl get nodes -o name); do kubectl label $n a=b; done",
            {("labels.a", ANY)},
            id="loop of the shell",
        ),
        pytest.param(
            "kubectl get nodes -o name | xargs -I{} kubectl label {} a=b",
            {("labels.a", ANY)},
            id="xargs",
        ),
        pytest.param("ssh m1 kubectl label node w1 a=b", {("labels.a", "w1")}, id="ssh"),
        pytest.param("bash -c 'kubectl label node w1 a=b'", {("labels", ANY)}, id="bash -c"),
        pytest.param(
            "'{% if x %}kubectl label node w1 a=b{% endif %}'", {("labels", ANY)}, id="template"
        ),
        pytest.param("kubectl label node W_1 a=b", {("labels.a", ANY)}, id="no node's name"),
        pytest.param("kubectl label node w1 'a b=c'", {("labels", "w1")}, id="no key"),
        pytest.param("kubectl label node -l x=y a=b", {("labels.a", ANY)}, id="selector"),
        pytest.param("kubectl label node --all a=b", {("labels.a", ANY)}, id="all"),
        pytest.param(
            """kubectl patch node w1 -p '{"metadata":{"labels":{"a":"b"}}}'""",
            {("labels", "w1")},
            id="patch",
        ),
        pytest.param(
            "kubectl patch node/w1 -p {{ x }}", {("labels", "w1"), ("taints", "w1")}, id="a patch"
        ),
        pytest.param(
            "|\n    cat <<E | kubectl apply -f -\n    kind: Node\n    E",
            {("labels", ANY), ("taints", ANY)},
            id="a manifest in a script",
        ),
        pytest.param(
            """kubectl patch node w1 -p '{"spec":{"podCIDR":"10.0.0.0/24"}}'""",
            set(),
            id="a patch of something else",
        ),
        pytest.param("kubectl label pod w1 a={{ x }}", set(), id="a pod"),
        pytest.param("kubectl get nodes --show-labels | grep {{ x }}", set(), id="a question"),
        pytest.param("kubectl label node w1 a={{ x }} --dry-run=client", set(), id="dry run"),
        pytest.param("'{{ x }}'", set(), id="a command that a run makes"),
    ],
)
def test_what_a_command_could_set_is_a_gap(
    task: str, gaps: set[tuple[str, str]], repository: Repository
) -> None:
    assert run(repository, f"- shell: {task}").gaps == gaps


@pytest.mark.parametrize(
    ("task", "gaps"),
    [
        pytest.param(
            "k8s: {kind: Node, name: w1, definition: {metadata: {labels: {a: '{{ x }}'}}}}",
            {("labels.a", "w1")},
            id="k8s",
        ),
        pytest.param(
            "k8s: {definition: {kind: '{{ x }}', metadata: {name: w1, labels: {a: b}}}}",
            {("labels.a", "w1")},
            id="k8s with a kind of a run",
        ),
        pytest.param(
            "k8s: {definition: {kind: Node, metadata: {name: '{{ x }}'}, "
            "spec: {taints: [{key: a, effect: NoSchedule}]}}}",
            {("taints.a", ANY)},
            id="k8s with taints",
        ),
        pytest.param(
            "k8s: {kind: Node, name: w1, state: absent}",
            {("labels", "w1"), ("taints", "w1")},
            id="k8s absent",
        ),
        pytest.param("k8s: {kind: Pod, name: '{{ x }}'}", set(), id="k8s of another kind"),
        pytest.param(
            "k8s_taint: {name: '{{ x }}', taints: [{key: a, effect: NoSchedule}]}",
            {("taints.a", ANY)},
            id="k8s_taint",
        ),
        pytest.param(
            "k8s_taint: {name: w1, taints: '{{ x }}'}", {("taints", "w1")}, id="k8s_taint of a run"
        ),
        pytest.param(
            "k8s_json_patch: {kind: Node, name: w1, "
            "patch: [{op: add, path: /metadata/labels/a~1b, value: c}]}",
            {("labels.a/b", "w1")},
            id="k8s_json_patch",
        ),
        pytest.param(
            "k8s_json_patch: {kind: Node, name: w1, patch: [{op: add, path: /spec/taints}]}",
            {("taints", "w1")},
            id="k8s_json_patch of taints",
        ),
        pytest.param(
            "k8s_json_patch: {kind: Node, name: w1, patch: '{{ x }}'}",
            {("labels", "w1"), ("taints", "w1")},
            id="k8s_json_patch of a run",
        ),
        pytest.param(
            "k8s_json_patch: {kind: Pod, name: w1, patch: [{path: /metadata/labels/a}]}",
            set(),
            id="k8s_json_patch of another kind",
        ),
        pytest.param(
            "lineinfile: {path: /etc/default/kubelet, line: 'X=--node-labels=a={{ x }}'}",
            {("labels.a", "m1")},
            id="lineinfile",
        ),
        pytest.param(
            "blockinfile: {path: /etc/x, block: 'X=--register-with-taints={{ x }}'}",
            {("taints", "m1")},
            id="blockinfile",
        ),
        pytest.param(
            "replace: {path: /x, replace: '--node-labels=a=b --node-taint=c=d:NoSchedule'}",
            {("labels.a", "m1"), ("taints.c", "m1")},
            id="replace",
        ),
        pytest.param(
            'copy: {dest: /x, content: "nodeRegistration:\\n  taints:\\n  - key: a\\n"}',
            {("taints", "m1")},
            id="kubeadm's configuration",
        ),
        pytest.param(
            'copy: {dest: /x, content: "node-label:\\n- a=b\\n"}', {("labels", "m1")}, id="k3s"
        ),
        pytest.param(
            "lineinfile: {path: /x, line: 'X=--node-labels={{ node_labels }}'}",
            set(),
            id="what the host's variables tell already",
        ),
        pytest.param("lineinfile: {path: /x, line: labels}", set(), id="another file"),
        pytest.param(
            "uri: {url: 'https://api/api/v1/nodes/w1', method: PATCH}",
            {("labels", ANY), ("taints", ANY)},
            id="uri",
        ),
        pytest.param("uri: {url: 'https://api/healthz'}", set(), id="uri of something else"),
        pytest.param(
            "cron: {job: kubectl label node w1 a=b}",
            {("labels", ANY), ("taints", ANY)},
            id="a module that runs commands",
        ),
        pytest.param(
            "'{{ x }}': {cmd: kubectl label node w1 a=b}",
            {("labels", ANY), ("taints", ANY)},
            id="a module of a run",
        ),
        pytest.param("k8s_drain: {name: w1, state: cordon}", set(), id="maintenance"),
    ],
)
def test_what_a_module_could_set_is_a_gap(
    task: str, gaps: set[tuple[str, str]], repository: Repository
) -> None:
    assert run(repository, f"- {task}").gaps == gaps


@pytest.mark.parametrize(
    ("files", "task", "gaps"),
    [
        pytest.param(
            {"templates/k.j2": "X=--node-labels=a={{ x }}"},
            "template: {src: k.j2, dest: /x}",
            {("labels.a", "m1")},
            id="template",
        ),
        pytest.param(
            {"files/k": "X=--node-labels=a=b"},
            "copy: {src: k, dest: /x}",
            {("labels.a", "m1")},
            id="copy",
        ),
        pytest.param(
            {"templates/a.j2": "nothing", "templates/b.j2": "X=--node-labels=a=b"},
            "template: {src: '{{ x }}', dest: /x}",
            {("labels.a", "m1")},
            id="a template that only a run would name",
        ),
        pytest.param(
            {"files/l.sh": "kubectl label node w1 a=$1\n"},
            "script: l.sh b",
            {("labels.a", "w1")},
            id="script",
        ),
        pytest.param({"files/l.sh": "date\n"}, "script: l.sh b", set(), id="another script"),
        pytest.param(
            {"node.yml": "kind: Node\n"},
            "k8s: {src: node.yml}",
            {("labels", ANY), ("taints", ANY)},
            id="a manifest in a file",
        ),
        pytest.param(
            {"templates/n.j2": "kind: Node\n"},
            """k8s: {definition: "{{ lookup('template', 'n.j2') }}"}""",
            {("labels", ANY), ("taints", ANY)},
            id="a manifest that is looked up",
        ),
        pytest.param(
            {"templates/n.j2": "kind: Ingress\n"},
            """k8s: {definition: "{{ lookup('template', 'n.j2') }}"}""",
            set(),
            id="a manifest of another kind",
        ),
    ],
)
def test_what_a_task_refers_to_is_looked_at(
    files: dict[str, str], task: str, gaps: set[tuple[str, str]], repository: Repository
) -> None:
    repository(files)

    assert run(repository, f"- {task}").gaps == gaps


@pytest.mark.parametrize(
    ("path", "task", "gaps"),
    [
        pytest.param(
            "templates/k.j2",
            "template: {src: k.j2, dest: /x}",
            {("labels", "m1"), ("taints", "m1")},
            id="template",
        ),
        pytest.param(
            "files/k",
            "copy: {src: k, dest: /etc/default/kubelet}",
            {("labels", "m1"), ("taints", "m1")},
            id="a copy for the kubelet",
        ),
        pytest.param("files/k", "copy: {src: k, dest: /usr/bin/k}", set(), id="another copy"),
        pytest.param("files/k.sh", "script: k.sh", {("labels", ANY), ("taints", ANY)}, id="script"),
        pytest.param(
            "k.yml", "k8s: {src: k.yml}", {("labels", ANY), ("taints", ANY)}, id="manifest"
        ),
    ],
)
def test_what_is_no_text_could_say_anything(
    path: str, task: str, gaps: set[tuple[str, str]], repository: Repository
) -> None:
    file = repository({path: ""}).root / path
    file.write_bytes(b"\xff")

    assert run(repository, f"- {task}").gaps == gaps


@pytest.mark.parametrize(
    ("loop", "gaps"),
    [
        pytest.param("loop: '{{ x }}'", {("labels.a", ANY)}, id="nothing of it is known"),
        pytest.param("with_sequence: count=3", {("labels.a", ANY)}, id="not evaluated"),
        pytest.param("loop: [{n: w1, v: '{{ x }}'}]", {("labels.a", "w1")}, id="a value"),
        pytest.param("loop: [{n: '{{ x }}', v: 1}]", {("labels.a", ANY)}, id="a node"),
        pytest.param("loop: ['{{ x }}']", {("labels.a", ANY)}, id="an item"),
    ],
)
def test_what_is_not_known_of_a_loop_is_a_gap(
    loop: str, gaps: set[tuple[str, str]], repository: Repository
) -> None:
    task = f"- command: kubectl label node {{{{ item.n }}}} a={{{{ item.v }}}}\n  {loop}"

    outcome = run(repository, task)

    assert (outcome.labels, outcome.gaps) == ({}, gaps)


def test_a_default_is_no_name_where_an_item_is_not_known(repository: Repository) -> None:
    task = (
        "- command: kubectl label node {{ item.n | default('w1') }} a=b\n  loop: [{n: '{{ x }}'}]\n"
    )

    outcome = run(repository, task)

    assert (outcome.labels, outcome.gaps) == ({}, {("labels.a", ANY)})


def test_a_condition_on_an_item_rules_nothing_out_before_the_loop(repository: Repository) -> None:
    task = (
        "- command: kubectl label node {{ item.n }} a=b\n  when: item.wanted | default(false)\n"
        "  loop: [{n: w1, wanted: true}, {n: w2}]\n"
    )

    assert run(repository, task).labels == {"w1": {"a": "b"}}


@pytest.mark.parametrize(
    "context",
    [
        pytest.param("  when: out.rc == 0\n", id="a condition that a run decides"),
        pytest.param("  when: x\n", id="a condition on nothing"),
    ],
)
def test_what_may_not_run_is_a_gap(context: str, repository: Repository) -> None:
    task = f"- command: x\n  register: out\n- shell: kubectl label node w1 a=b\n{context}"

    outcome = run(repository, task)

    assert (outcome.labels, outcome.gaps) == ({}, {("labels.a", "w1")})


def test_a_later_task_overrules_a_gap_and_an_earlier_one_does_not(repository: Repository) -> None:
    tasks = """
- shell: kubectl label node w1 a=1 b=1
- shell: kubectl label node w1 a={{ x }} b={{ x }}
- shell: kubectl label node w1 b=2
"""
    outcome = run(repository, tasks)

    (gap,) = (gap for gap in outcome.node_state.gaps(0) if "labels.a" in gap.attributes)
    before, after = outcome.node_state.statements()
    assert (set(before.labels), set(after.labels)) == ({"a"}, {"b"})
    assert gap.position == 1


def test_what_another_playbook_takes_away_is_a_gap(repository: Repository) -> None:
    label = "- hosts: masters\n  tasks: [{command: kubectl label node w1 a=b}]\n"
    repository({"other.yml": label.replace("a=b", "a-")})

    outcome = run(repository, "- command: kubectl label node w1 a=b", playbooks=("other.yml",))

    assert outcome.labels == {"w1": {"a": "b"}}
    assert outcome.gaps == {("labels.a", "w1")}
