"""``serve``: evaluates again and again."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter.cli.exits import FatalError, RefusedError
from exporter.cli.options import chosen_web, flag, settings_options, web_options
from exporter.cli.parameters import Address
from exporter.cli.running import with_workers
from exporter.cli.validation import is_strict
from exporter.domain.errors import SettingsError, TaskError

if TYPE_CHECKING:
    from exporter import app

GRACE = 20
"""Seconds in which ``serve`` ends after it was told to: fewer than Kubernetes waits (30)."""
DEFAULT_ADDRESS = ":10799"


@click.command()
@with_workers
@settings_options
@flag(
    "--web.listen-address",
    "addresses",
    type=Address(),
    multiple=True,
    default=(DEFAULT_ADDRESS,),
    envvar="CLUSTER_CONFORMANCE_WEB_LISTEN_ADDRESS",
    help="Where to listen; may be given more than once.",
)
@flag(
    "--web.telemetry-path",
    "telemetry_path",
    default="/metrics",
    envvar="CLUSTER_CONFORMANCE_WEB_TELEMETRY_PATH",
    help="The path of the metrics.",
)
@web_options
def serve(
    workers: "app.Workers",
    config_file: Path,
    addresses: tuple[tuple[str, int], ...],
    telemetry_path: str,
    **web: Any,
) -> None:
    """Evaluate again and again, and serve metrics and a status page."""
    from exporter import app

    options = app.ServeOptions(
        settings=config_file,
        addresses=addresses,
        telemetry_path=telemetry_path,
        web=chosen_web(web),
        grace=GRACE,
        strict=is_strict(),
    )
    try:
        asyncio.run(app.serve(options, workers=workers))
    except SettingsError as error:
        raise RefusedError(str(error)) from None
    except OSError as error:
        raise FatalError(f"cannot listen: {error.strerror or error}") from None
    except TaskError as error:
        raise FatalError(str(error)) from None
