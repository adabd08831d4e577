"""The options that commands share, and what is made of those of the HTTP side."""

import re
from collections.abc import Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from exporter.cli.parameters import Address, ExternalUrl, Prefix
from exporter.cli.validation import strict_option
from exporter.runtime.web.limits import Limits

if TYPE_CHECKING:
    from exporter import app

F = TypeVar("F", bound=Callable[..., Any])

flag = partial(click.option, show_default=True, show_envvar=True)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that all commands have which read the settings."""
    return flag(
        "--config.file",
        "--config",
        "-c",
        "config_file",
        type=click.Path(path_type=Path),
        default="conformance.yaml",
        envvar="CLUSTER_CONFORMANCE_CONFIG_FILE",
        help="The settings.",
    )(strict_option(log_options(command)))


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the log, which is configured before the *command* runs."""

    @wraps(command)
    def run(*arguments: Any, log_level: str, log_format: str, **options: Any) -> Any:
        from exporter.log import configure

        configure(level=log_level, form=log_format)
        return command(*arguments, **options)

    options = (
        flag(
            "--log.level",
            "log_level",
            type=click.Choice(["debug", "info", "warn", "error"]),
            default="info",
            envvar="CLUSTER_CONFORMANCE_LOG_LEVEL",
            help="The least severe messages that are logged, to standard error.",
        ),
        flag(
            "--log.format",
            "log_format",
            type=click.Choice(["logfmt", "json"]),
            default="logfmt",
            envvar="CLUSTER_CONFORMANCE_LOG_FORMAT",
            help="The format of the log.",
        ),
    )
    decorated: Callable[..., Any] = run
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def format_option(command: F) -> F:
    """Add the choice between a table and JSON."""
    choice = click.Choice(["table", "json"])
    return flag("--format", "form", type=choice, default="table", help="The output.")(command)


def web_options(command: F) -> F:
    """Add the options of the HTTP side."""
    options = (
        _web_flag(
            "config.file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="TLS, client certificates, basic authentication, headers (docs/web.md).",
        ),
        _web_flag(
            "probe-address",
            type=Address(),
            multiple=True,
            help="Where to answer probes, and nothing else, in plain text; may be given more "
            "than once.",
        ),
        _web_flag(
            "external-url",
            type=ExternalUrl(),
            help="Where others reach the exporter, as through a reverse proxy.",
        ),
        _web_flag(
            "route-prefix",
            type=Prefix(),
            help="What all paths begin with; default: the path of --web.external-url.",
        ),
        _web_flag(
            "enable-lifecycle", is_flag=True, help="Let POST /-/reload read the settings again."
        ),
        _web_flag(
            "max-requests",
            type=click.IntRange(min=1),
            default=Limits().requests,
            help="How many requests are answered at once.",
        ),
        _web_flag(
            "max-connections",
            type=click.IntRange(min=1),
            default=Limits().connections,
            help="How many connections there may be at once.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _web_flag(name: str, **more: Any) -> Callable[[F], F]:
    words = re.split(r"[.-]", name)
    environment = "_".join(("CLUSTER_CONFORMANCE_WEB", *(word.upper() for word in words)))
    return flag(f"--web.{name}", "web_" + "_".join(words), envvar=environment, **more)


def chosen_web(web: Mapping[str, Any]) -> "app.WebOptions":
    """Return what the options of :func:`web_options` say, which click hands over as *web*."""
    from exporter import app

    given = web["web_route_prefix"]
    return app.WebOptions(
        config=web["web_config_file"],
        probes=web["web_probe_address"],
        prefix=(web["web_external_url"] if given is None else given) or "",
        lifecycle=web["web_enable_lifecycle"],
        limits=Limits(
            requests=web["web_max_requests"],
            requests_per_client=min(Limits().requests_per_client, web["web_max_requests"]),
            connections=web["web_max_connections"],
            connections_per_client=min(Limits().connections_per_client, web["web_max_connections"]),
        ),
    )
