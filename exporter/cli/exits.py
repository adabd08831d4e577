"""What the commands end with, and the errors that make them end so."""

from typing import Any

import click

from exporter.cli.lines import plain

CONFORMS, FINDINGS, USAGE, BLIND = range(4)
"""The exit codes of ``check``; the others use the same numbers for the same."""


class FatalError(click.ClickException):
    """A failure, exit code 1; the message may hold what a server, a file or a program said."""

    def format_message(self) -> str:
        """Return the message without what a terminal would obey."""
        return plain(super().format_message())


class RefusedError(FatalError):
    """Wrong settings: every problem on a line of its own, exit code 2."""

    exit_code = USAGE

    def show(self, file: Any = None) -> None:
        """Print the problems as they are."""
        click.echo(self.format_message(), file=file, err=True)


class BlindError(FatalError):
    """The cluster could not be looked at: exit code 3."""

    exit_code = BLIND
