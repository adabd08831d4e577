"""Settings as commands read them: what is suspicious is told, or refused with ``--strict``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from exporter.cli.lines import tell

if TYPE_CHECKING:
    from exporter.settings.load import Loaded

F = TypeVar("F", bound=Callable[..., Any])

_STRICT = "exporter.cli.strict"


def strict_option(command: F) -> F:
    """Add ``--strict`` to a *command*; :func:`read_settings` and :func:`is_strict` heed it."""
    return click.option(
        "--strict",
        is_flag=True,
        expose_value=False,
        show_envvar=True,
        envvar="CLUSTER_CONFORMANCE_STRICT",
        callback=_keep,
        help="Refuse settings that are only suspicious, too: exit code 2.",
    )(command)


def _keep(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_STRICT] = value


def is_strict() -> bool:
    """Tell whether the command that runs was given ``--strict``."""
    return bool(click.get_current_context().meta.get(_STRICT, False))


def read_settings(path: Path, *, observed: bool = True) -> "Loaded":
    """Read the settings, and tell on standard error what is suspicious about them.

    Raises :exc:`SettingsError` with all that is wrong.
    """
    from exporter.app.suspicions import read_validated
    from exporter.foreign.clock import SYSTEM

    loaded, suspicions = read_validated(
        path, at=SYSTEM.wall(), strict=is_strict(), observed=observed
    )
    for line in suspicions:
        tell(f"warning: {line}", err=True)
    return loaded
