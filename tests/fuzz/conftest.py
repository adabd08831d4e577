import os

import pytest

from .counting import TRIED
from .targets import TARGETS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried, where somebody asked for new documents."""
    if "FUZZ_SECONDS" in os.environ:
        tried = ", ".join(f"{count} {name}" for name, count in sorted(TRIED.items()))
        terminalreporter.write_line(f"{len(TARGETS)} targets; tried: {tried or 'nothing'}")
