"""``diff``: what of two evaluations differs."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import CONFORMS, FINDINGS
from exporter.cli.options import flag, settings_options
from exporter.cli.running import (
    colour,
    load_settings,
    look,
    paint,
    print_json,
    put,
    width,
    with_workers,
)

if TYPE_CHECKING:
    from exporter import app


@click.command()
@with_workers
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@settings_options
@flag(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    help="The output.",
)
def diff(workers: "app.Workers", *, before: str, after: str, config_file: Path, form: str) -> None:
    """Print which findings of B are not those of A.

    Each is a .json file that `check --format json` printed, a dump, or a revision of the
    repository; the last two are judged by the settings. Exit code: 0 nothing differs, 1 something
    does, 2 wrong usage or settings.
    """
    from exporter import app
    from exporter.report import changes

    async def compare(**options: object) -> changes.Changes:
        side = app.Side(load=cache(lambda: load_settings(config_file)), file=config_file, **options)  # type: ignore[arg-type]  # of look
        return await app.diff(before, after, side)

    found = look(compare, config_file, workers=workers)
    if form == "json":
        print_json(found)
    elif form == "markdown":
        put(changes.markdown(found).encode("utf-8", "replace"), None)
    else:
        shown = changes.table(found, paint=paint, width=width())
        click.echo(shown, nl=False, color=colour())
    same = not (found.added or found.resolved or found.changed)
    raise SystemExit(CONFORMS if same else FINDINGS)
