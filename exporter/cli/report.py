"""``report``: evaluates once, for readers."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import RefusedError
from exporter.cli.lines import tell
from exporter.cli.options import flag, settings_options
from exporter.cli.parameters import Instant, Zone
from exporter.cli.running import look_once, put, with_workers
from exporter.domain.errors import SettingsError
from exporter.report.texts import Lang
from exporter.report.writers import Form, write

if TYPE_CHECKING:
    from exporter import app
    from exporter.report.overview import Overview


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
@click.option(
    "--archive",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Add the report, as JSON, to the signed archive in DIR; needs --key.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The Ed25519 key of ssh-keygen that signs the archive.",
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
    folder: Path | None,
    key: Path | None,
) -> None:
    """Evaluate once and write a validation report.

    Exit code: 0 the report is written, whatever it says, as `check` is the gate; 2 wrong usage or
    settings, or a file that cannot be written; 3 the exporter itself failed to look.
    """
    from exporter import app

    if (folder is None) != (key is None):
        raise click.UsageError("--archive and --key go together")
    view = look_once(app.report_once, config_file, at=at, workers=workers)
    if folder is not None and key is not None:
        _keep(view, folder, key=key)
    if folder is None or output is not None:
        put(write(view, form=Form(form), lang=Lang(lang), zone=zone), output)


def _keep(view: "Overview", folder: Path, *, key: Path) -> None:
    """Add a report to an archive, and say its head, which is to be noted elsewhere."""
    from exporter.archive.chain import ArchiveError
    from exporter.archive.writing import append

    content = write(view, form=Form.JSON)
    try:
        chain = append(folder, content, at=view.at, cluster=view.cluster, key=key)
    except ArchiveError as error:
        raise RefusedError(
            f"{folder}: is not as it was written, and nothing is added: {'; '.join(error.problems)}"
        ) from None
    except SettingsError as error:
        raise RefusedError(str(error)) from None
    tell(f"{folder}: report {len(chain.links)}, head {chain.head}", err=True)
