"""Texts of others are looked through in a time that grows with their length, and no faster."""

from collections.abc import Callable

import pytest

from exporter.declared.ansible.kubelet_files import kubelet_attributes, without_known_variables
from exporter.declared.ansible.node_keywords import attributes_mentioned, configures_kubelet
from exporter.declared.ansible.object_tasks import delivery_tools
from exporter.declared.ansible.referenced_files import lookup_files
from exporter.declared.ansible.relevance import argument_text
from exporter.declared.ansible.text_references import is_templated, references, tokens
from tests.cost import at_most

UNITS = 400
LENGTH = 60_000


def everything(text: str) -> None:
    """Look through *text* in all ways."""
    attributes_mentioned(text)
    configures_kubelet(text)
    kubelet_attributes(without_known_variables(text))
    is_templated(text)
    list(references(text))
    tokens(text)
    delivery_tools("shell", text)
    list(lookup_files(text))
    argument_text({"x": [text]})


@pytest.mark.parametrize(
    "part",
    [
        *(
            "{{",
            "}}",
            "{% ",
            "{{ {",
            "name:{{",
            "- name: {{ x",
            "cmd: ",
            "cmd:\t \t",
            "roles: [",
            "- a ",
        ),
        *("kubectl ", "kubectl -a ", "kubectl -n a ", "helm -a", "kind :", "patch labels ", "\n- "),
        *(
            "--node-labels={{",
            "--node-labels ",
            "node-labels:\n-",
            "lookup('template',",
            "lookup('a",
        ),
        *("include_tasks: ", "include_tasks:\n  ", "action: ", "a" * 50, " ", "\t", "'", '"', "; "),
    ],
)
@pytest.mark.parametrize("joined", ["", "\n"])
def test_no_text_takes_long(part: str, joined: str) -> None:
    text = (part + joined) * (LENGTH // len(part + joined))

    with at_most(UNITS):
        everything(text)


@pytest.mark.parametrize(
    "look", [is_templated, attributes_mentioned, lambda text: list(references(text))]
)
def test_words_are_found_wherever_they_stand(look: Callable[[str], object]) -> None:
    assert look("x" * 100_000 + "\n- include_tasks: '{{ x }}'\n- k8s_taint:\n")
