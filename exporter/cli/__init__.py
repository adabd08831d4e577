"""The commands: they parse their options, call :mod:`exporter.app` and print."""

import asyncio
import os
import warnings
from collections.abc import Callable, Coroutine
from datetime import datetime, tzinfo
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from exporter import __version__, app
from exporter.cli.options import chosen_web, flag, format_option, settings_options, web_options
from exporter.cli.parameters import Address, Instant, Zone
from exporter.cli.validation import is_strict, read_settings
from exporter.domain.errors import SettingsError, TaskError
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Severity, Verdict
from exporter.log import configure
from exporter.progress import Progress
from exporter.report import table
from exporter.report.documents import evaluated
from exporter.report.documents.declared import Declaration
from exporter.report.encoding import encode
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from exporter.settings.load import Loaded, schema

T = TypeVar("T")

CONFORMS, FINDINGS, USAGE, BLIND = range(4)
GRACE = 20
"""Seconds in which ``serve`` ends after it was told to: fewer than Kubernetes waits (30)."""
DEFAULT_ADDRESS = ":10799"
_COLOURS = {
    Verdict.PASS: "blue",
    Verdict.FAIL: "red",
    Verdict.UNKNOWN: "bright_black",
    Verdict.WAIVED: "yellow",
    Verdict.SUPPRESSED: "yellow",
}


class _Refused(click.ClickException):
    """Wrong settings: every problem on a line of its own, exit code 2."""

    exit_code = USAGE

    def show(self, file: Any = None) -> None:
        """Print the problems as they are."""
        click.echo(self.format_message(), file=file, err=True)


class _Blind(click.ClickException):
    """The cluster could not be looked at: exit code 3."""

    exit_code = BLIND


def _load(path: Path) -> Loaded:
    try:
        return read_settings(path)
    except SettingsError as error:
        raise _Refused(str(error)) from None


def _run(once: Coroutine[Any, Any, T]) -> T:
    """Return what *once* returns, without asyncio ever seeing it.

    Python 3.11 writes out what a finished task returned, on its way to the signal handlers that
    ``asyncio.run`` restores: for an evaluation that takes as long as judging.
    """
    found: list[T] = []

    async def keep() -> None:
        found.append(await once)

    asyncio.run(keep())
    return found[0]


def _look(
    once: Callable[..., Coroutine[Any, Any, T]],
    path: Path,
    *,
    at: datetime | None,
    workers: app.Workers,
) -> T:
    """Return what is found *once* by the settings in *path*, and tell meanwhile what is done."""
    loaded = _load(path)
    try:
        with Progress() as progress:
            return _run(once(loaded, at=at, tell=progress.tell, run=workers.read))
    except SettingsError as error:
        raise _Refused(f"{path}: {error}") from None
    except TaskError as error:
        raise _Blind(str(error)) from None


def _with_workers(command: Callable[..., None]) -> Callable[..., None]:
    """Hand workers to a *command*: those that were started with the process, else new ones."""

    @click.pass_obj
    @wraps(command)
    def run(workers: app.Workers | None, *arguments: Any, **options: Any) -> None:
        if workers is not None:
            command(workers, *arguments, **options)
            return
        with warnings.catch_warnings():
            # There may be threads now; none of them goes on in the template.
            warnings.simplefilter("ignore", DeprecationWarning)
            workers = app.Workers.start()
        try:
            command(workers, *arguments, **options)
        finally:
            workers.template.stop()

    return run


def _print_json(value: Any) -> None:
    click.echo(encode(value), nl=False)


def _paint(verdict: Verdict, text: str) -> str:
    return click.style(text, fg=_COLOURS[verdict], bold=verdict is Verdict.FAIL)


def _colour() -> bool | None:
    """Return False where ``NO_COLOR`` asks for none, else leave it to whether there is a terminal.

    Source: the convention of no-color.org.
    """
    return False if os.environ.get("NO_COLOR") else None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", "-V")
def cli() -> None:
    """Tell whether a running Kubernetes cluster matches what its code says."""


@cli.command()
@_with_workers
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
    workers: app.Workers,
    config_file: Path,
    log_level: str,
    log_format: str,
    addresses: tuple[tuple[str, int], ...],
    telemetry_path: str,
    **web: Any,
) -> None:
    """Evaluate again and again, and serve metrics and a status page."""
    configure(level=log_level, form=log_format)
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
        raise _Refused(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"cannot listen: {error.strerror or error}") from None
    except TaskError as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@_with_workers
@settings_options
@format_option
@click.option(
    "--fail-on",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.WARNING),
    show_default=True,
    help="The mildest severity of a failing check that makes the exit code 1.",
)
@click.option("--at", type=Instant(), help="Judge as of this instant; default: now.")
def check(
    workers: app.Workers,
    *,
    config_file: Path,
    log_level: str,
    log_format: str,
    form: str,
    fail_on: str,
    at: datetime | None,
) -> None:
    """Evaluate once and print what was found.

    Exit code: 0 the cluster conforms, 1 it does not, 2 wrong usage or settings, 3 not everything
    could be looked at.
    """
    configure(level=log_level, form=log_format)
    outcome = _look(app.check_once, config_file, at=at, workers=workers)
    if form == "json":
        _print_json(evaluated.Evaluation.of(outcome))
    else:
        click.echo(table.evaluation(outcome, paint=_paint), nl=False, color=_colour())
    raise SystemExit(exit_code(outcome, fail_on=Severity(fail_on)))


@cli.command()
@_with_workers
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
    default="UTC",
    help="The time zone in which Markdown and HTML tell instants, as Asia/Seoul.",
)
@click.option("--at", type=Instant(), help="Judge as of this instant; default: now.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="The file; default: standard output."
)
def report(
    workers: app.Workers,
    *,
    config_file: Path,
    log_level: str,
    log_format: str,
    form: str,
    lang: str,
    zone: tzinfo,
    at: datetime | None,
    output: Path | None,
) -> None:
    """Evaluate once and write a validation report.

    Exit code: 0 the report is written, whatever it says, as `check` is the gate; 2 wrong usage or
    settings, or a file that cannot be written; 3 the exporter itself failed to look.
    """
    configure(level=log_level, form=log_format)
    view = _look(app.report_once, config_file, at=at, workers=workers)
    _put(write(view, form=Form(form), lang=Lang(lang), zone=zone), output)


def _put(content: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise _Refused(f"{output}: cannot be written: {error.strerror or error}") from None


def exit_code(outcome: Evaluation, *, fail_on: Severity) -> int:
    """Return the exit code for an evaluation.

    What fails counts more than what could not be looked at, so that no failure hides behind
    blindness. What is unknown because of what another check reports is none, and neither is what a
    waiver accepts.
    Where nothing that was declared could be judged, nothing conforms either.
    """
    severities = {check.id: check.severity for check in outcome.checks}
    if any(
        finding.verdict is Verdict.FAIL and severities[finding.check].rank <= fail_on.rank
        for finding in outcome.findings
    ):
        return FINDINGS
    blind = any(finding.is_blind_spot for finding in outcome.findings)
    judged = any(finding.verdict is not Verdict.UNKNOWN for finding in outcome.findings)
    return CONFORMS if judged and not blind else BLIND


@cli.command()
@_with_workers
@settings_options
@format_option
@click.option(
    "--observe", is_flag=True, help="Look at the cluster, too: what it calls each node, if other."
)
def declared(
    workers: app.Workers,
    config_file: Path,
    log_level: str,
    log_format: str,
    form: str,
    *,
    observe: bool,
) -> None:
    """Print the merged declaration with its provenance.

    Exit code: 0, or 2 for wrong usage or settings, or 3 where a declaration could not be read.
    """
    configure(level=log_level, form=log_format)
    loaded, joined = _load(config_file), None
    if observe:
        state, joined = _run(app.join_once(loaded, run=workers.read))
    else:
        state = _run(app.declare_once(loaded, run=workers.read))
    if form == "json":
        _print_json(Declaration.of(state, joined))
    else:
        click.echo(table.declaration(state, joined=joined), nl=False)
    if state.failures:
        raise SystemExit(BLIND)


@cli.group()
def config() -> None:
    """Check the settings, or print what follows from them."""


@config.command("check")
@settings_options
def config_check(config_file: Path, log_level: str, log_format: str) -> None:
    """Tell what is wrong with the settings, all at once; exit code 2 if anything is.

    What is only suspicious is a warning, and wrong with --strict.
    """
    configure(level=log_level, form=log_format)
    _load(config_file)
    click.echo(f"{config_file}: valid")


@config.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the settings."""
    click.echo(schema(), nl=False)


@config.command("rbac")
@settings_options
def config_rbac(config_file: Path, log_level: str, log_format: str) -> None:
    """Print, as values of the chart, the kinds of which the code declares objects.

    Of custom kinds a declared definition tells the name, else the cluster, where it can be reached.
    What is guessed says so: hold it against `kubectl api-resources`. Exit code: 0, or 3 where a
    declaration could not be read.
    """
    configure(level=log_level, form=log_format)
    loaded = _load(config_file)
    state = _run(app.declare_once(loaded))
    click.echo("rbac:\n  declaredKinds:")
    for resource in _run(app.resources_of(state, loaded)):
        guessed = f" # guessed from the kind {resource.guessed}" if resource.guessed else ""
        click.echo(f"    - {resource.name}{guessed}")
    if state.failures:
        raise SystemExit(BLIND)
