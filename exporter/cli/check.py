"""``check``: evaluates once, and is the gate."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.exits import BLIND, CONFORMS, FINDINGS
from exporter.cli.options import format_option, settings_options
from exporter.cli.parameters import Instant
from exporter.cli.running import colour, look_once, print_json, width, with_workers
from exporter.domain.finding import Severity, Verdict

if TYPE_CHECKING:
    from exporter import app
    from exporter.domain.evaluation import Evaluation

_COLOURS = {
    Verdict.PASS: "blue",
    Verdict.FAIL: "red",
    Verdict.UNKNOWN: "bright_black",
    Verdict.WAIVED: "yellow",
    Verdict.SUPPRESSED: "yellow",
}


@click.command()
@with_workers
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
    workers: "app.Workers",
    *,
    config_file: Path,
    form: str,
    fail_on: str,
    at: datetime | None,
) -> None:
    """Evaluate once and print what was found.

    Exit code: 0 the cluster conforms, 1 it does not, 2 wrong usage or settings, 3 not everything
    could be looked at.
    """
    from exporter import app
    from exporter.report import table
    from exporter.report.documents import evaluated

    outcome = look_once(app.check_once, config_file, at=at, workers=workers)
    if form == "json":
        print_json(evaluated.Evaluation.of(outcome))
    else:
        click.echo(table.evaluation(outcome, paint=paint, width=width()), nl=False, color=colour())
    raise SystemExit(exit_code(outcome, fail_on=Severity(fail_on)))


def paint(verdict: Verdict, text: str) -> str:
    """Return *text* in the colour of a verdict."""
    return click.style(text, fg=_COLOURS[verdict], bold=verdict is Verdict.FAIL)


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
