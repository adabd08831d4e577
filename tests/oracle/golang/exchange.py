"""Cases that are put to Go's libraries, and their answers: committed, so that CI needs no Go.

``python -m tests.oracle.golang.exchange PROGRAM`` (``make goanswers``) asks the program that
``main.go`` is, and writes ``answers.json``; with ``ORACLE_SECONDS`` it counts new cases instead.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.oracle.figures import SECONDS, Outcome, counted, record, seeds
from tests.oracle.golang import comparison, documents, scheduling, templates

HERE: Final = Path(__file__).parent
FILE: Final = HERE / "answers.json"
COUNT: Final = 400
"""So many cases of each language are committed."""
MANY: Final = 4000

Case = Mapping[str, Any]
Answer = Mapping[str, Any]


def yaml_cases(random: Random, count: int) -> list[Case]:
    """Return random documents as cases, each once."""
    made = dict.fromkeys(documents.document(random) for _ in range(count))
    return [{"yaml": text} for text in made]


def template_cases(random: Random, count: int) -> list[Case]:
    """Return random templates as cases, each once."""
    made = dict.fromkeys(templates.template(random) for _ in range(count))
    return [{"template": text} for text in made]


def scheduling_cases(random: Random, count: int) -> list[Case]:
    """Return random quantities, selectors, and pods with nodes as cases."""
    third = count // 3
    return [
        *({"quantity": scheduling.quantity(random)} for _ in range(third)),
        *(
            {"selector": scheduling.selector(random), "labels": scheduling.labels(random)}
            for _ in range(third)
        ),
        *({"pod": scheduling.pod(random), "node": scheduling.node(random)} for _ in range(third)),
    ]


LANGUAGES: Final[Mapping[str, tuple[str, Callable[[Random, int], list[Case]]]]] = {
    "YAML of Kubernetes and Argo CD": ("sigs.k8s.io/yaml", yaml_cases),
    "Go templates with sprig": ("github.com/Masterminds/sprig/v3", template_cases),
    "Selectors, taints, quantities": ("k8s.io/component-helpers", scheduling_cases),
}


@cache
def committed() -> Mapping[str, Any]:
    """Return the committed cases with their answers, by language."""
    content: Mapping[str, Any] = json.loads(FILE.read_text())
    return content


def answered(language: str) -> Iterator[tuple[Case, Answer]]:
    """Yield the committed cases of a language, each with its answer."""
    for entry in committed()[language]:
        yield entry["case"], entry["answer"]


def ask(program: str, cases: Sequence[Case]) -> Mapping[str, Any]:
    """Return what the program answers to cases, and the versions of its libraries."""
    asked = json.dumps({"data": templates.DATA, "cases": cases})
    done = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
    answers: Mapping[str, Any] = json.loads(done.stdout)
    return answers


def commit(program: str) -> None:
    """Write answers to the corpus and to the cases of one seed."""
    content = {}
    for language, (_, make) in LANGUAGES.items():
        corpus = [{"template": text} for text in templates.CORPUS if make is template_cases]
        cases = [*corpus, *make(Random(1), COUNT)]  # noqa: S311 - cases, no secrets
        answers = ask(program, cases)["answers"]
        content[language] = [
            {"case": case, "answer": answer} for case, answer in zip(cases, answers, strict=True)
        ]
    FILE.write_text(_by_lines(content))


def _by_lines(content: Mapping[str, Sequence[Any]]) -> str:
    """Return JSON with a line for each entry, so that a diff shows which one changed."""
    lists = (
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        + "\n]"
        for name, entries in content.items()
    )
    return "{\n" + ",\n".join(lists) + "\n}\n"


def count(program: str) -> list[str]:
    """Count new cases for the time that is given to each language; return what differs."""
    differing: list[str] = []
    for language, (library, make) in LANGUAGES.items():
        outcomes: list[Outcome] = []
        versions: Mapping[str, str] = {}
        for seed in seeds():
            cases = make(Random(seed), MANY)  # noqa: S311 - cases, no secrets
            found = ask(program, cases)
            versions = found["versions"]
            for case, answer in zip(cases, found["answers"], strict=True):
                outcome = comparison.outcome(case, answer)
                outcomes.append(outcome)
                if outcome is Outcome.DIFFERENT:
                    differing.append(f"{case} {answer}")
        figures = counted(outcomes, language=language, tool=library, version=versions[library])
        record(figures, HERE)
    return differing


if __name__ == "__main__":
    if SECONDS:
        sys.exit("\n".join(count(sys.argv[1])) or None)
    commit(sys.argv[1])
