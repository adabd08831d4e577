"""Texts of others are looked through in a time that grows with their length, and no faster."""

import time
from collections.abc import Callable

import pytest

from exporter.declared.ansible.interest import argument_text
from exporter.declared.ansible.kubelet_files import attributes_of, without_told
from exporter.declared.ansible.mentions import is_open, references, tokens
from exporter.declared.ansible.objects import kinds_of
from exporter.declared.ansible.referred import looked_up
from exporter.declared.ansible.words import attributes_in, configures_kubelet

SECONDS = 1.0
LENGTH = 60_000


def everything(text: str) -> None:
    """Look through *text* in all ways."""
    attributes_in(text)
    configures_kubelet(text)
    attributes_of(without_told(text))
    is_open(text)
    list(references(text))
    tokens(text)
    kinds_of("shell", text)
    list(looked_up(text))
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
    started = time.thread_time()

    everything(text)

    assert time.thread_time() - started < SECONDS


@pytest.mark.parametrize("look", [is_open, attributes_in, lambda text: list(references(text))])
def test_words_are_found_wherever_they_stand(look: Callable[[str], object]) -> None:
    assert look("x" * 100_000 + "\n- include_tasks: '{{ x }}'\n- k8s_taint:\n")
