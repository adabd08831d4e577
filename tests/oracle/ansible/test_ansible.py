"""Templates and conditions mean what ansible-core, in a process of its own, makes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.oracle.ansible import ansible_core, ours
from tests.oracle.ansible.conftest import CORPUS, Ask, Compared, Tell, compared, generated
from tests.oracle.ansible.generator import Generator
from tests.oracle.figures import SECONDS, Outcome, counted, record, seeds

HERE = Path(__file__).parent
COUNT = 2_000 if SECONDS else 120
LEAST = 20_000


@pytest.mark.parametrize(
    ("language", "corpus", "make", "tell", "ask"),
    [
        pytest.param(
            "Ansible expressions",
            CORPUS["templates"],
            Generator.template,
            ours.value,
            ansible_core.values,
            id="expressions",
        ),
        pytest.param(
            "Ansible conditions",
            CORPUS["conditions"],
            Generator.condition,
            ours.truth,
            ansible_core.truths,
            id="conditions",
        ),
    ],
)
def test_what_a_playbook_says_means_what_it_means_to_ansible(
    language: str,
    corpus: list[str],
    make: Callable[[Generator], str],
    tell: Tell,
    ask: Ask,
    tmp_path: Path,
) -> None:
    found: list[Compared] = []

    for seed in seeds(1, tried=found, least=LEAST):
        cases = [*(() if found else corpus), *generated(make, seed=seed, count=COUNT)]
        found += compared(cases, tell=tell, ask=ask, folder=tmp_path)

    outcomes = [case.outcome for case in found]
    version = ansible_core.version()
    record(counted(outcomes, language=language, tool="ansible-core", version=version), HERE)
    assert [case for case in found if case.outcome is Outcome.DIFFERENT] == []
