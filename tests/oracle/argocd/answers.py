"""The cases that were put to Argo CD's own code, and its answers."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

HERE: Final = Path(__file__).parent
URL: Final = "https://git.example.org/platform/gitops.git"
OTHER: Final = "https://git.example.org/platform/values.git"
REVISION: Final = "0123456789abcdef0123456789abcdef01234567"


@cache
def cases() -> Mapping[str, Mapping[str, Any]]:
    """Return the cases of each section by their names."""
    content: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "cases.yaml").read_text())
    return content


@cache
def answers() -> Mapping[str, Mapping[str, Any]]:
    """Return what Argo CD makes of them."""
    content: Mapping[str, Mapping[str, Any]] = json.loads((HERE / "answers.json").read_text())
    return content


def answered(section: str) -> Iterator[Any]:
    """Yield each case of a section with its answer, as parameters of a test."""
    for name, case in cases()[section].items():
        yield pytest.param(case, answers()[section].get(name), id=name)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(cases()))
