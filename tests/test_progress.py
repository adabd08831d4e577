"""What is being done is told on a terminal, and only there."""

import io
import threading

import pytest

from exporter.progress import Progress


class Terminal(io.StringIO):
    """A terminal that says when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)


def test_a_terminal_is_told_what_is_done_and_left_clean() -> None:
    terminal = Terminal()

    with Progress(stream=terminal, grace=0) as progress:
        progress.tell("reading the repository")
        assert terminal.written.wait(10)

    assert "reading the repository (0 s)" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_what_is_soon_done_tells_nothing() -> None:
    terminal = Terminal()

    with Progress(stream=terminal, grace=60) as progress:
        progress.tell("judging")

    assert terminal.getvalue() == ""


def test_what_is_no_terminal_is_told_nothing() -> None:
    stream = io.StringIO()

    with Progress(stream=stream, grace=0) as progress:
        progress.tell("judging")

    assert stream.getvalue() == ""


def test_an_error_passes_and_leaves_the_terminal_clean() -> None:
    terminal = Terminal()

    def fail() -> None:
        with Progress(stream=terminal, grace=0):
            assert terminal.written.wait(10)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()

    assert terminal.getvalue().endswith("\r\x1b[K")
