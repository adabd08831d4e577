"""``explain``: all that is known of one subject."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import RefusedError
from exporter.cli.options import format_option, settings_options
from exporter.cli.parameters import Instant
from exporter.cli.running import colour, look_once, paint, print_json, width, with_workers

if TYPE_CHECKING:
    from exporter import app


@click.command()
@with_workers
@click.argument("subject", metavar="KIND/[NAMESPACE/]NAME")
@settings_options
@format_option
@click.option("--at", type=Instant(), help="Judge as of this instant; default: now.")
def explain(
    workers: "app.Workers", *, subject: str, config_file: Path, form: str, at: datetime | None
) -> None:
    """Print all that is declared and observed of KIND/NAME, and every check of it.

    Exit code: 0, or 2 where nothing of that name is declared or found.
    """
    from exporter import app
    from exporter.report import explanation

    outcome = look_once(app.check_once, config_file, at=at, workers=workers)
    found = explanation.subjects_named(outcome, subject)
    if not found:
        near = ", ".join(explanation.nearest(outcome, subject))
        hint = f"; did you mean {near}?" if near else ""
        raise RefusedError(f"{subject}: no check speaks of it{hint}")
    explained = [explanation.explain(outcome, one) for one in found]
    if form == "json":
        print_json(explained)
        return
    texts = [explanation.text(one, paint=paint, width=width()) for one in explained]
    click.echo("\n".join(texts), nl=False, color=colour())
