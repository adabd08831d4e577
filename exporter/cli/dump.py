"""``dump``: what the cluster is, as files that are judged elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import BLIND, BlindError, RefusedError
from exporter.cli.lines import tell
from exporter.cli.options import settings_options
from exporter.cli.running import UNREACHABLE, load_settings, run_once, with_workers
from exporter.domain.errors import SettingsError, UnreachableError

if TYPE_CHECKING:
    from exporter import app


@click.command()
@with_workers
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@settings_options
@click.option("--context", default="", help="The kubeconfig's context; default: the current one.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    help="The kubeconfig; default: that of the settings, else what kubectl uses.",
)
@click.option("--mask-env", "mask", is_flag=True, help="Leave out the values of environments.")
def dump(
    workers: "app.Workers",
    *,
    folder: Path,
    config_file: Path,
    context: str,
    kubeconfig: Path | None,
    mask: bool,
) -> None:
    """Write a dump of the cluster into the empty folder DIR.

    It holds what the settings judge by; where there are none yet, all that the cluster lists. It
    never holds Secrets. kubectl is asked, where there is one. Exit code: 0, or 2 for wrong usage or
    settings, or 3 where not everything could be read.
    """
    from exporter import app
    from exporter.progress import Progress

    loaded = load_settings(config_file) if _wanted(config_file) else None
    options = app.DumpOptions(folder=folder, context=context, kubeconfig=kubeconfig, mask=mask)
    try:
        with Progress() as progress:
            done = run_once(app.dump(options, loaded, tell=progress.tell, run=workers.read))
    except SettingsError as error:
        raise RefusedError(str(error)) from None
    except UnreachableError as error:
        raise BlindError(UNREACHABLE.format(error)) from None
    for resource, why in sorted(done.lacking.items()):
        tell(f"not in the dump: {resource}: {why}", err=True)
    of = f"as {config_file} needs it" if loaded else "all that it lists, as there are no settings"
    count = sum(done.objects.values())
    click.echo(f"{folder}: {count:,} objects of {len(done.objects)} kinds, {of}; no Secrets")
    if done.lacking:
        raise SystemExit(BLIND)


def _wanted(config_file: Path) -> bool:
    """Tell whether there are settings: those that were named, or usual ones."""
    source = click.get_current_context().get_parameter_source("config_file")
    return source is not click.core.ParameterSource.DEFAULT or config_file.exists()
