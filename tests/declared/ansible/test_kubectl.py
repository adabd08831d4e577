"""Commands are understood as kubectl understands them."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.kubectl import mentions_nodes, parse_command
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.shell import parse_script
from exporter.domain.taints import Taint, TaintEffect


def parse(text: str) -> NodeChange | None:
    (command,) = parse_script(text)
    return parse_command(command)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl label node n1 a=b",
        "kubectl label nodes n1 a=b --overwrite",
        "kubectl label no n1 a=b",
        "kubectl label node/n1 a=b",
        "kubectl --kubeconfig /etc/x.conf label --overwrite node n1 a=b",
        "kubectl --kubeconfig=/etc/x.conf label nodes n1 a=b --overwrite=true",
        "/usr/local/bin/kubectl label node n1 a=b",
        "sudo -u root KUBECONFIG=/x kubectl label node n1 'a=b'",
        "KUBECONFIG=/x kubectl label node n1 a=b",
        "k3s kubectl label node n1 a=b",
        "timeout 30 kubectl label node n1 a=b",
        "microk8s.kubectl label node n1 a=b",
        "oc label node n1 a=b",
        "kubectl -n kube-system --context prod -v=6 label node n1 a=b --dry-run=none",
        "kubectl -v6 label node n1 a=b",
    ],
)
def test_a_label_is_understood_in_all_its_forms(command: str) -> None:
    assert parse(command) == NodeChange(names=("n1",), labels={"a": "b"})


@pytest.mark.parametrize(
    ("command", "change"),
    [
        pytest.param(
            "kubectl label nodes n1 n2 x/y= b- c=1",
            NodeChange(names=("n1", "n2"), labels={"x/y": "", "b": None, "c": "1"}),
            id="several nodes and labels, one taken away",
        ),
        pytest.param(
            "kubectl label nodes --all a=b", NodeChange(every=True, labels={"a": "b"}), id="all"
        ),
        pytest.param(
            "kubectl label nodes -l x=y,z a=b",
            NodeChange(selector="x=y,z", labels={"a": "b"}),
            id="selector",
        ),
        pytest.param(
            "kubectl taint nodes n1 k=v:NoSchedule k2:NoExecute",
            NodeChange(
                names=("n1",),
                taints=(
                    Taint(key="k", value="v", effect=TaintEffect.NO_SCHEDULE),
                    Taint(key="k2", effect=TaintEffect.NO_EXECUTE),
                ),
            ),
            id="taints",
        ),
        pytest.param(
            "oc adm taint nodes n1 k=:NoSchedule",
            NodeChange(names=("n1",), taints=(Taint(key="k", effect=TaintEffect.NO_SCHEDULE),)),
            id="an empty value",
        ),
        pytest.param(
            "kubectl taint nodes n1 k- k2:NoSchedule- k3=v:NoExecute-",
            NodeChange(
                names=("n1",),
                removed=(
                    ("k", None),
                    ("k2", TaintEffect.NO_SCHEDULE),
                    ("k3", TaintEffect.NO_EXECUTE),
                ),
            ),
            id="taints taken away",
        ),
    ],
)
def test_changes_are_read(command: str, change: NodeChange) -> None:
    assert parse(command) == change


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get nodes",
        "kubectl label pod p1 a=b",
        "kubectl label namespace node a=b",
        "kubectl label node n1 a=b --dry-run=client",
        "kubectl label node n1 --list",
        "echo kubectl label node n1 a=b",
        "kubectl",
        "ls label node",
        "kubectl annotate node n1 label=x",
    ],
)
def test_other_commands_say_nothing_of_nodes(command: str) -> None:
    assert parse(command) is None


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param("kubectl label node $NODE a=b", "$NODE", id="a shell variable"),
        pytest.param("kubectl label node n1 a=$(x)", "a=$(x)", id="a substitution"),
        pytest.param("kubectl label node n1 a=b n2", "after the first change", id="wrong order"),
        pytest.param("ssh m1 kubectl label node n1 a=b", "ssh", id="elsewhere"),
        pytest.param("kubectl label node n1 a=b --what", "--what", id="an unknown flag"),
        pytest.param("kubectl label node -f n.yml a=b", "another way", id="from a file"),
        pytest.param("kubectl taint node n1 k=v", "no taint", id="no effect"),
        pytest.param("kubectl taint node n1 k=v:Never", "no taint", id="an unknown effect"),
        pytest.param("kubectl taint node n1 k:Never-", "no taint", id="an unknown one to remove"),
    ],
)
def test_what_only_a_run_would_tell_is_said(command: str, words: str) -> None:
    with pytest.raises(UnresolvedError) as caught:
        parse(command)

    assert words in str(caught.value)


def test_a_command_under_a_condition_is_left_open() -> None:
    command = parse_script("x || kubectl label node n1 a=b")[1]

    with pytest.raises(UnresolvedError, match="under a condition"):
        parse_command(command)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("kubectl label node x a=b", True),
        ("{{ kubectl }} taint\n nodes x", True),
        ("kubectl get nodes", False),
        ("label maker", False),
    ],
)
def test_scripts_without_the_words_are_passed_over(text: str, mentions: bool) -> None:  # noqa: FBT001 - a column
    assert mentions_nodes(text) is mentions
