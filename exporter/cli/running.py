"""How a command looks once: its settings, its workers, its progress, and what may go wrong."""

import asyncio
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from exporter.cli.exits import BlindError, RefusedError
from exporter.domain.errors import SettingsError, TaskError, UnreachableError
from exporter.domain.finding import Verdict

if TYPE_CHECKING:  # what takes long to import, is when it is needed
    from exporter import app
    from exporter.domain.evaluation import Evaluation
    from exporter.settings.load import Loaded

T = TypeVar("T")
_COLOURS = {
    Verdict.PASS: "blue",
    Verdict.FAIL: "red",
    Verdict.UNKNOWN: "bright_black",
    Verdict.WAIVED: "yellow",
    Verdict.SUPPRESSED: "yellow",
}
MISSING = (
    "{}: does not exist; name the settings with --config.file FILE, or let "
    "`cluster-conformance init` write some"
)
UNREACHABLE = (
    "cannot look at the cluster: {}; name a kubeconfig (KUBECONFIG, or "
    "observed.kubernetes.kubeconfig) or a dump (`cluster-conformance dump DIR` where there is "
    "access, then observed.snapshot)"
)


def load_settings(path: Path, *, observed: bool = True) -> "Loaded":
    """Read the settings, or end with all that is wrong with them.

    They need not say what is *observed* where nobody looks at that.
    """
    from exporter.cli.validation import read_settings

    if not path.exists():
        raise RefusedError(MISSING.format(path))
    try:
        return read_settings(path, observed=observed)
    except SettingsError as error:
        raise RefusedError(str(error)) from None


def run_once(once: Coroutine[Any, Any, T]) -> T:
    """Return what *once* returns, without asyncio ever seeing it.

    Python 3.11 writes out what a finished task returned, on its way to the signal handlers that
    ``asyncio.run`` restores: for an evaluation that takes as long as judging.
    """
    found: list[T] = []

    async def keep() -> None:
        found.append(await once)

    asyncio.run(keep())
    return found[0]


def look_once(
    once: Callable[..., Coroutine[Any, Any, T]],
    path: Path,
    *,
    workers: "app.Workers",
    observed: bool = True,
    **options: Any,
) -> T:
    """Return what is found *once* by the settings in *path*, and tell meanwhile what is done."""
    loaded = load_settings(path, observed=observed)
    return look(once, path, loaded, workers=workers, **options)


def look(
    once: Callable[..., Coroutine[Any, Any, T]],
    path: Path,
    *given: Any,
    workers: "app.Workers",
    **options: Any,
) -> T:
    """Return what is found *once* of what is *given*; *path* is named where settings are wrong."""
    from exporter.progress import Progress

    try:
        with Progress() as progress:
            return run_once(once(*given, tell=progress.tell, run=workers.read, **options))
    except SettingsError as error:
        raise RefusedError(f"{path}: {error}") from None
    except UnreachableError as error:
        raise BlindError(UNREACHABLE.format(error)) from None
    except TaskError as error:
        raise BlindError(str(error)) from None


def with_workers(command: Callable[..., None]) -> Callable[..., None]:
    """Hand workers to a *command*: those that were started with the process, else new ones."""

    @click.pass_obj
    @wraps(command)
    def run(workers: "app.Workers | None", *arguments: Any, **options: Any) -> None:
        from exporter.declared.confined import Workers

        if workers is not None:
            command(workers, *arguments, **options)
            return
        with warnings.catch_warnings():
            # There may be threads now; none of them goes on in the template.
            warnings.simplefilter("ignore", DeprecationWarning)
            workers = Workers.start()
        try:
            command(workers, *arguments, **options)
        finally:
            workers.template.stop()

    return run


def print_json(value: Any) -> None:
    """Print a document as JSON."""
    from exporter.report.encoding import encode

    click.echo(encode(value), nl=False)


def show(outcome: "Evaluation", *, alone: bool = False) -> None:
    """Print an evaluation as a table; of the code *alone*, with a headline that says so."""
    from exporter.report import changes, table

    title = changes.alone(outcome) if alone else ""
    shown = table.evaluation(outcome, title=title, paint=paint, width=width())
    click.echo(shown, nl=False, color=colour())


def paint(verdict: Verdict, text: str) -> str:
    """Return *text* in the colour of a verdict."""
    return click.style(text, fg=_COLOURS[verdict], bold=verdict is Verdict.FAIL)


def put(content: bytes, output: Path | None) -> None:
    """Write *content* to a file, else to standard output."""
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise RefusedError(f"{output}: cannot be written: {error.strerror or error}") from None


def colour() -> bool | None:
    """Return False where ``NO_COLOR`` asks for none, else leave it to whether there is a terminal.

    Source: the convention of no-color.org.
    """
    return False if os.environ.get("NO_COLOR") else None


def width() -> int | None:
    """Return how many characters fit on a line; None where there is no terminal to fit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
