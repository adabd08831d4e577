"""``declared``: what the code says, and where."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import BLIND
from exporter.cli.options import format_option, settings_options
from exporter.cli.running import load_settings, look_once, print_json, run_once, width, with_workers

if TYPE_CHECKING:
    from exporter import app


@click.command()
@with_workers
@settings_options
@format_option
@click.option(
    "--observe", is_flag=True, help="Look at the cluster, too: what it calls each node, if other."
)
def declared(
    workers: "app.Workers",
    config_file: Path,
    form: str,
    *,
    observe: bool,
) -> None:
    """Print the merged declaration with its provenance.

    Exit code: 0, or 2 for wrong usage or settings, or 3 where a declaration could not be read.
    """
    from exporter import app
    from exporter.report import table
    from exporter.report.documents.declared import Declaration

    joined = None
    if observe:
        state, joined = look_once(app.join_once, config_file, workers=workers)
    else:
        state = run_once(app.declare_once(load_settings(config_file), run=workers.read))
    if form == "json":
        print_json(Declaration.of(state, joined))
    else:
        click.echo(table.declaration(state, joined=joined, width=width()), nl=False)
    if state.failures:
        raise SystemExit(BLIND)
