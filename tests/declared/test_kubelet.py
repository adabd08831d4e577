import pytest

from exporter.declared.kubelet import mentions_arguments, parse_arguments, unresolved_part
from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("--node-labels=role=api,domain=auth", id="equals-sign"),
        pytest.param("--node-labels role=api,domain=auth", id="blank"),
        pytest.param('--node-labels="role=api,domain=auth"', id="quoted"),
        pytest.param("KUBELET_EXTRA_ARGS='--v=2 --node-labels=role=api,domain=auth'", id="in-text"),
        pytest.param("--node-labels=role=api --node-labels=domain=auth", id="twice"),
        pytest.param("--node-labels=,role=api,,domain=auth,", id="commas"),
    ],
)
def test_labels_are_read(text: str) -> None:
    assert parse_arguments(text).labels == {"role": "api", "domain": "auth"}


def test_taints_are_read() -> None:
    found = parse_arguments("--register-with-taints=a=b:NoSchedule,c:NoExecute")

    assert found.taints == (Taint.parse("a=b:NoSchedule"), Taint.parse("c:NoExecute"))


def test_a_label_may_have_no_value() -> None:
    assert parse_arguments("--node-labels=a=,b").labels == {"a": "", "b": ""}


def test_a_text_without_the_flags_says_nothing() -> None:
    found = parse_arguments("--v=2 --max-pods=10")

    assert not found
    assert not mentions_arguments("--v=2")


def test_a_malformed_taint_is_refused() -> None:
    with pytest.raises(ParseError):
        parse_arguments("--register-with-taints=a=b")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("a=b", "", id="plain"),
        pytest.param("a=${role}", "${role}", id="terraform"),
        pytest.param("a={{role}}", "{{role}}", id="jinja"),
        pytest.param("a=$ROLE", "$ROLE", id="shell-variable"),
        pytest.param("a=$(hostname)", "$(hostname", id="shell-command"),
        pytest.param("a=`hostname`", "`", id="shell-backquote"),
        pytest.param("a=b\\n", "\\", id="escape"),
    ],
)
def test_what_a_run_fills_in_is_not_taken_for_declared(value: str, expected: str) -> None:
    assert unresolved_part(f"kubelet ${{x}} --node-labels={value} $HOME") == expected
