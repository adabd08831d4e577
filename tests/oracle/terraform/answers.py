"""The expressions that Terraform was asked about, and what it answered.

``python -m tests.oracle.terraform.answers terraform`` asks it again.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tests.oracle.terraform.console import answers
from tests.oracle.terraform.generator import Generator

HERE: Final = Path(__file__).parent
LONGEST: Final = 600
"""Longer random expressions, and answers, are not kept."""
_FILE: Final = HERE / "answers.json"
_SEED: Final = 16
_RANDOM: Final = 800


def corpus() -> Iterator[str]:
    """Yield the expressions that were written by hand."""
    for line in (HERE / "corpus.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line
    yield from (HERE / "corpus_lines.txt").read_text().rstrip("\n").split("\n---\n")


def generated(seed: int, count: int) -> Iterator[str]:
    """Yield random expressions that are not too long."""
    expressions = Generator(seed).expressions(10 * count)
    yield from islice((one for one in expressions if len(one) <= LONGEST), count)


@cache
def recorded() -> Mapping[str, Any]:
    """Return Terraform's version and its answers by expression."""
    content: Mapping[str, Any] = json.loads(_FILE.read_text())
    return content


def _write(program: str) -> None:
    shown = subprocess.run(
        [program, "version", "-json"], capture_output=True, text=True, check=True
    )
    asked = list(dict.fromkeys((*corpus(), *generated(_SEED, _RANDOM))))
    found = dict(zip(asked, answers(program, asked, {}), strict=True))
    content = {
        "version": json.loads(shown.stdout)["terraform_version"],
        "answers": {one: answer for one, answer in found.items() if len(answer) <= LONGEST},
    }
    _FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _write(sys.argv[1])
