"""``archive``: reports that were kept for auditors, verified and asked with public keys alone."""

from datetime import date, datetime, tzinfo
from pathlib import Path

import click

from exporter.archive.chain import ArchiveError, Chain, verified
from exporter.archive.questions import (
    ABOUT_SUBJECT,
    QUESTIONS,
    Asked,
    UnansweredError,
    answer,
)
from exporter.archive.reports import Reports
from exporter.archive.sshsig import parse_key
from exporter.cli.exits import RefusedError
from exporter.cli.lines import tell
from exporter.cli.parameters import Zone
from exporter.domain.errors import ParseError

TAMPERED, UNKNOWN = 1, 3
MOST = 10
"""Days without a report that are named."""


@click.group()
def archive() -> None:
    """Verify what `report --archive` keeps, and answer questions from it, offline."""


def _common(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option(
            "--head",
            "heads",
            multiple=True,
            help="A head that was noted when a report was added; an archive without it is cut off.",
        ),
        click.option(
            "--signer",
            "signers",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            multiple=True,
            required=True,
            help="A public key (ssh-ed25519 ...) that may have signed; may be repeated.",
        ),
        click.argument(
            "folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False)
        ),
    ):
        command = option(command)
    return command


@archive.command()
@_common
def verify(folder: Path, signers: tuple[Path, ...], heads: tuple[str, ...]) -> None:
    """Tell whether an archive is as it was written: nothing changed, removed, added or reordered.

    Exit code: 0 it is, 1 it is not, 2 wrong usage.
    """
    chain = _verified(folder, signers, heads)
    days = sorted(Reports(folder, chain).days())
    tell(f"{folder}: intact, {len(chain.links)} reports, {days[0]} to {days[-1]}")
    tell(f"head: {chain.head}")
    missing = [day for day in _between(days[0], days[-1]) if day not in set(days)]
    if missing:
        shown = ", ".join(map(str, missing[:MOST]))
        more = f" and {len(missing) - MOST} more" if len(missing) > MOST else ""
        tell(f"no report of {shown}{more}")


def _between(first: date, last: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]


_ASKED = "\n".join(f"{name:14}{meaning}" for name, (meaning, _) in QUESTIONS.items())


@archive.command(epilog=f"\b\n{_ASKED}")
@_common
@click.argument("question", type=click.Choice(list(QUESTIONS)))
@click.argument("subject", required=False, default="")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day.")
@click.option("--check", default="", help="Only what this check found of SUBJECT.")
@click.option("--control", default="", help="As isms-p/2.9.1, iso27001/A.8.9 or soc2/CC7.1.")
@click.option("--time-zone", "zone", type=Zone(), default="UTC", help="The time zone of the day.")
def ask(
    *,
    folder: Path,
    signers: tuple[Path, ...],
    heads: tuple[str, ...],
    question: str,
    subject: str,
    day: datetime,
    check: str,
    control: str,
    zone: tzinfo,
) -> None:
    """Answer a QUESTION, of a SUBJECT as Node/n1 or Deployment/ns/name, from a verified archive.

    The last report of a day counts. Exit code: 0 answered, 1 the archive is not as it was written,
    2 wrong usage, 3 the archive cannot tell.
    """
    if question in ABOUT_SUBJECT and not subject:
        raise click.UsageError(f"{question} asks about a SUBJECT, as Node/n1")
    evidence = _evidence(control) if question == "control" else frozenset()
    reports = Reports(folder, _verified(folder, signers, heads), zone)
    asked = Asked(day=day.date(), subject=subject, check=check, controls=evidence)
    try:
        tell("\n".join(answer(question, reports, asked)))
    except UnansweredError as error:
        tell(str(error))
        raise SystemExit(UNKNOWN) from None


def _evidence(control: str) -> frozenset[str]:
    """Return the checks that are evidence for a control."""
    from exporter.report import controls

    framework, _, number = control.partition("/")
    checks = {
        check
        for check, cited in controls.mapped().checks.items()
        if number in cited.get(framework, ())
    }
    if not checks:
        raise click.UsageError(f"--control {control!r} is not known; write it as isms-p/2.9.1")
    return frozenset(checks)


def _verified(folder: Path, signers: tuple[Path, ...], heads: tuple[str, ...]) -> Chain:
    try:
        return verified(folder, keys=[_key(signer) for signer in signers], heads=heads)
    except ArchiveError as error:
        tell(f"{folder}: is not as it was written:", err=True)
        for problem in error.problems:
            tell(f"  {problem}", err=True)
        raise SystemExit(TAMPERED) from None


def _key(path: Path) -> bytes:
    try:
        return parse_key(path.read_text("utf-8", "replace"))
    except ParseError as error:
        raise RefusedError(f"{path}: {error.message}") from None
