"""``init``: the first settings, and the first check."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import RefusedError
from exporter.cli.options import settings_options
from exporter.cli.running import load_settings, look_once, run_once, show, with_workers
from exporter.domain.errors import SettingsError

if TYPE_CHECKING:
    from exporter import app

VALUES = "conformance-values.yaml"


@click.command()
@with_workers
@click.argument(
    "repository",
    metavar="[REPO]",
    default=".",
    type=click.Path(path_type=Path, file_okay=False),
)
@settings_options
@click.option(
    "--dump",
    "dumped",
    type=click.Path(path_type=Path, exists=True),
    help="A dump of the cluster; default: look at the cluster itself.",
)
@click.option("--no-cluster", is_flag=True, help="Look at the repository alone.")
@click.option("--context", default="", help="The kubeconfig's context; default: the current one.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="Default: what kubectl uses.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def init(
    workers: "app.Workers",
    *,
    repository: Path,
    config_file: Path,
    dumped: Path | None,
    no_cluster: bool,
    context: str,
    kubeconfig: Path | None,
    force: bool,
) -> None:
    """Write the first settings for the checkout REPO, and check with them.

    Beside the settings stands conformance-values.yaml, which says the same to the chart. Each guess
    has its reason beside it; waivers are never guessed. Exit code: 0 the settings are written,
    whatever the check finds, or 2.
    """
    from exporter import app
    from exporter.progress import Progress

    values = config_file.with_name(VALUES)
    taken = [str(path) for path in (config_file, values) if path.exists() and not force]
    if taken:
        raise RefusedError(f"{', '.join(taken)}: there already; --force writes over it")
    options = app.InitOptions(
        repository=repository,
        settings=config_file,
        dumped=dumped,
        cluster=not no_cluster,
        context=context,
        kubeconfig=kubeconfig,
    )
    try:
        with Progress() as progress:
            begun = run_once(app.init(options, workers=workers, tell=progress.tell))
        config_file.write_text(begun.settings, encoding="utf-8")
        values.write_text(begun.values, encoding="utf-8")
    except SettingsError as error:
        raise RefusedError(str(error)) from None
    except OSError as error:
        raise RefusedError(f"{config_file}: cannot be written: {error.strerror}") from None
    click.echo(f"written: {config_file}, {values}; each guess says why, go through them\n")
    _check(config_file, workers, alone=app.without_cluster(begun))


def _check(config_file: Path, workers: "app.Workers", *, alone: bool) -> None:
    """Show what the first check finds; of the code alone, where there is no cluster."""
    from exporter import app

    if alone:
        loaded = load_settings(config_file)
        show(run_once(app.check_declared(loaded, run=workers.read)), alone=True)
    else:
        show(look_once(app.check_once, config_file, at=None, workers=workers))
