"""``check``: evaluates once, and is the gate; before a merge, by what the change alone does."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import BLIND, CONFORMS, FINDINGS
from exporter.cli.options import flag, settings_options
from exporter.cli.parameters import Instant, Written
from exporter.cli.running import (
    colour,
    load_settings,
    look,
    look_once,
    paint,
    put,
    show,
    width,
    with_workers,
)
from exporter.domain.finding import Severity, Verdict

if TYPE_CHECKING:
    from exporter import app
    from exporter.domain.evaluation import Evaluation
    from exporter.report.overview import Overview

FORMATS = ("table", "json", "markdown", "sarif", "junit")


@click.command()
@with_workers
@settings_options
@flag("--format", "form", type=click.Choice(FORMATS), default="table", help="The output.")
@click.option(
    "--fail-on",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.WARNING),
    show_default=True,
    help="The mildest severity of a failing check that makes the exit code 1.",
)
@click.option("--at", type=Instant(), help="Judge as of this instant; default: now.")
@click.option(
    "--declared-only",
    is_flag=True,
    help="Judge the code alone: conflicts, what is broken, paths that lack, pods that fit nowhere.",
)
@click.option(
    "--base",
    metavar="REV",
    help="Tell what the checkout would add or resolve that this revision of it does not.",
)
@click.option(
    "--against",
    metavar="URL|DUMP",
    default="",
    help="With --base: an API server's address, or a dump; default: what the settings observe.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="CLUSTER_CONFORMANCE_TOKEN_FILE",
    show_envvar=True,
    help="With --against URL: the file of the token to log in with.",
)
@click.option(
    "--certificate-authority",
    "authority",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --against URL: the file of the authority of its certificate.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: standard output.")
@click.option(
    "--write",
    "also",
    type=Written(FORMATS),
    metavar="FORMAT=FILE",
    multiple=True,
    help="Write another format, too; may be given more than once.",
)
def check(
    workers: "app.Workers",
    *,
    config_file: Path,
    form: str,
    fail_on: str,
    at: datetime | None,
    declared_only: bool,
    base: str | None,
    against: str,
    token_file: Path | None,
    authority: Path | None,
    output: Path | None,
    also: tuple[tuple[str, Path], ...],
) -> None:
    """Evaluate once and print what was found.

    Exit code: 0 the cluster conforms, 1 it does not, 2 wrong usage or settings, 3 not everything
    could be looked at. With --base: 0 the change adds no failure that a sync does not resolve, 1 it
    does, 3 it adds what nobody can judge.
    """
    from exporter import app

    if against and base is None:
        raise click.UsageError("--against needs --base REV, with which the change is compared")
    if declared_only and base is not None:
        raise click.UsageError("--declared-only looks at no cluster; leave out --base")
    severity = Severity(fail_on)
    if base is not None:
        options = app.AgainstOptions(
            file=config_file,
            base=base,
            cluster=against,
            token_file=token_file,
            authority=authority,
        )
        loaded = load_settings(config_file, observed=not against)
        compared = look(app.check_against, config_file, loaded, options, at=at, workers=workers)
        for other, file in ((form, output), *also):
            _print_changes(compared, other, file)
        raise SystemExit(code_of_change(compared, fail_on=severity))
    once = app.check_declared if declared_only else app.check_once
    outcome = look_once(once, config_file, at=at, workers=workers, observed=not declared_only)
    for other, file in ((form, output), *also):
        _print(outcome, other, file, config_file=config_file, alone=declared_only)
    raise SystemExit(exit_code(outcome, fail_on=severity))


def _print(
    outcome: "Evaluation", form: str, output: Path | None, *, config_file: Path, alone: bool
) -> None:
    from exporter import app
    from exporter.report import changes, table
    from exporter.report.documents import evaluated
    from exporter.report.encoding import encode

    if form == "table" and output is None:
        show(outcome, alone=alone)
    elif form == "table":
        title = changes.alone(outcome) if alone else ""
        put(table.evaluation(outcome, title=title).encode("utf-8", "replace"), output)
    elif form == "json":
        put(encode(evaluated.Evaluation.of(outcome)), output)
    elif form == "markdown" and alone:
        put(changes.markdown_alone(outcome).encode("utf-8", "replace"), output)
    else:
        view = app.overview_of(outcome, load_settings(config_file, observed=False))
        put(_written(view, form), output)


def _written(view: "Overview", form: str) -> bytes:
    from exporter.report.writers import Form, write

    return write(view, form=Form(form))


def _print_changes(compared: "app.Compared", form: str, output: Path | None) -> None:
    """Print what a change adds and resolves; SARIF and JUnit know of what it adds alone."""
    from exporter.report import changes
    from exporter.report.encoding import encode

    found = compared.changes
    if form == "table" and output is None:
        shown = changes.table(found, paint=paint, width=width())
        click.echo(shown, nl=False, color=colour())
    elif form == "table":
        put(changes.table(found).encode("utf-8", "replace"), output)
    elif form == "json":
        put(encode(found), output)
    elif form == "markdown":
        put(changes.markdown(found).encode("utf-8", "replace"), output)
    else:
        put(_written(compared.view, form), output)


def code_of_change(compared: "app.Compared", *, fail_on: Severity) -> int:
    """Return the exit code for a change: by what it adds and a sync does not resolve."""
    added = compared.changes.lasting
    failing = [one for one in added if one.verdict is Verdict.FAIL]
    if any(Severity(one.severity).rank <= fail_on.rank for one in failing):
        return FINDINGS
    return BLIND if any(one.verdict is Verdict.UNKNOWN for one in added) else CONFORMS


def exit_code(outcome: "Evaluation", *, fail_on: Severity) -> int:
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
