"""The programs that tests need, which ``make test`` fetches."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from exporter.domain.errors import ReadError
from exporter.foreign.command import find_tool


def tool(name: str) -> str:
    """Return where a program is; without it the test is skipped, except in CI, where it fails."""
    try:
        return find_tool(name, advice="make test fetches it")
    except ReadError as error:
        missing(str(error))


def building(kustomize: str) -> list[str]:
    """Return the words by which *kustomize* builds, which may be the one inside kubectl."""
    return [kustomize, "kustomize" if Path(kustomize).name == "kubectl" else "build"]


def missing(message: str) -> NoReturn:
    """Fail in CI; elsewhere skip, and say why."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
