"""Expressions that are put to Prometheus' own parser, and its answers: committed, as CI has no Go.

``python -m tests.oracle.promql.exchange PROGRAM`` (``make goanswers``) asks the program that
``main.go`` is, and writes ``answers.json``; with ``ORACLE_SECONDS`` it counts new cases instead.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.oracle.figures import SECONDS, Outcome, counted, record, seeds
from tests.oracle.promql.comparison import outcome
from tests.oracle.promql.generator import Generator

HERE: Final = Path(__file__).parent
FILE: Final = HERE / "answers.json"
COUNT: Final = 300
"""So many random expressions are committed."""
MANY: Final = 4000


def corpus() -> list[str]:
    """Return the expressions that were written by hand."""
    return (HERE / "corpus.txt").read_text().splitlines()


def generated(seed: int, count: int) -> list[str]:
    """Return so many expressions of a seed, each once."""
    generator = Generator(Random(seed))  # noqa: S311 - cases, no secrets
    return list(dict.fromkeys(generator.expression() for _ in range(count)))


def ask(program: str, expressions: Sequence[str]) -> Mapping[str, Any]:
    """Return the answers to the expressions, and the version of Prometheus' module."""
    asked = json.dumps(expressions)
    done = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
    answers: Mapping[str, Any] = json.loads(done.stdout)
    return answers


@cache
def committed() -> Mapping[str, Any]:
    """Return the committed answers by expression."""
    content: Mapping[str, Any] = json.loads(FILE.read_text())
    return content


def commit(program: str) -> None:
    """Write the answers to the corpus and to the expressions of one seed."""
    cases = [*corpus(), *generated(1, COUNT)]
    answers = ask(program, cases)["answers"]
    lines = (
        f"{json.dumps(case)}: {json.dumps(answer)}"
        for case, answer in zip(cases, answers, strict=True)
        if "error" not in answer
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def count(program: str) -> Iterator[str]:
    """Count new cases for the time that is given, and yield what differs."""
    found: list[Outcome] = []
    version = ""
    for seed in seeds():
        cases = [*corpus(), *generated(seed, MANY)]
        answers = ask(program, cases)
        version = answers["version"]
        for case, answer in zip(cases, answers["answers"], strict=True):
            if "error" in answer:  # a rule that Prometheus refuses is never loaded
                continue
            found.append(outcome(case, answer))
            if found[-1] is Outcome.DIFFERENT:
                yield f"{case!r} {answer}"
    tool = "github.com/prometheus/prometheus"
    record(counted(found, language="PromQL", tool=tool, version=version), HERE)


if __name__ == "__main__":
    if SECONDS:
        sys.exit("\n".join(count(sys.argv[1])) or None)
    commit(sys.argv[1])
