"""``config``: what follows from the settings alone."""

from pathlib import Path

import click

from exporter.cli.exits import BLIND
from exporter.cli.options import settings_options
from exporter.cli.running import load_settings, run_once


@click.group()
def config() -> None:
    """Check the settings, or print what follows from them."""


@config.command("check")
@settings_options
def config_check(config_file: Path) -> None:
    """Tell what is wrong with the settings, all at once; exit code 2 if anything is.

    What is only suspicious is a warning, and wrong with --strict.
    """
    load_settings(config_file)
    click.echo(f"{config_file}: valid")


@config.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the settings."""
    from exporter.settings.load import schema

    click.echo(schema(), nl=False)


@config.command("rbac")
@settings_options
def config_rbac(config_file: Path) -> None:
    """Print, as values of the chart, the kinds of which the code declares objects.

    Of custom kinds a declared definition tells the name, else the cluster, where it can be reached.
    What is guessed says so: hold it against `kubectl api-resources`. Exit code: 0, or 3 where a
    declaration could not be read.
    """
    from exporter import app

    loaded = load_settings(config_file)
    state = run_once(app.declare_once(loaded))
    click.echo("rbac:\n  declaredKinds:")
    for resource in run_once(app.resources_of(state, loaded)):
        guessed = f" # guessed from the kind {resource.guessed}" if resource.guessed else ""
        click.echo(f"    - {resource.name}{guessed}")
    if state.failures:
        raise SystemExit(BLIND)
