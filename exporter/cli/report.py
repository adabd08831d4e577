"""``report``: evaluates once, for readers."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.options import flag, settings_options
from exporter.cli.parameters import Instant, Zone
from exporter.cli.running import look_once, put, with_workers
from exporter.report.texts import Lang
from exporter.report.writers import Form, write

if TYPE_CHECKING:
    from exporter import app


@click.command()
@with_workers
@settings_options
@flag(
    "--format",
    "form",
    type=click.Choice([str(form) for form in Form]),
    default=str(Form.MARKDOWN),
    help="The format.",
)
@flag(
    "--lang",
    type=click.Choice([str(lang) for lang in Lang]),
    default=str(Lang.EN),
    help="The language; JSON and JUnit have none.",
)
@flag(
    "--time-zone",
    "zone",
    type=Zone(),
    help="The time zone in which Markdown and HTML tell instants, as Asia/Seoul; default: "
    "time_zone of the settings.",
)
@click.option("--at", type=Instant(), help="Judge as of this instant; default: now.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="The file; default: standard output."
)
def report(
    workers: "app.Workers",
    *,
    config_file: Path,
    form: str,
    lang: str,
    zone: tzinfo | None,
    at: datetime | None,
    output: Path | None,
) -> None:
    """Evaluate once and write a validation report.

    Exit code: 0 the report is written, whatever it says, as `check` is the gate; 2 wrong usage or
    settings, or a file that cannot be written; 3 the exporter itself failed to look.
    """
    from exporter import app

    view = look_once(app.report_once, config_file, at=at, workers=workers)
    put(write(view, form=Form(form), lang=Lang(lang), zone=zone), output)
