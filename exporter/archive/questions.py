"""What auditors ask of an archive: ten questions, answered from its reports alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from exporter.archive.reports import Finding, Report, Reports, as_of
from exporter.domain.errors import ConformanceError
from exporter.domain.instants import parse_instant

DEVIATING: Final = ("fail", "waived", "suppressed")


class UnansweredError(ConformanceError):
    """The archive cannot tell: nobody looked on that day, or at that thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about: a *day*, a *subject* and a *check*, the latter empty for any.

    *controls* has the checks that are evidence for the control that is asked for.
    """

    day: date
    subject: str = ""
    check: str = ""
    controls: frozenset[str] = frozenset()


Answer = Callable[[Reports, Asked], Iterator[str]]


def answer(question: str, reports: Reports, asked: Asked) -> list[str]:
    """Return the lines that answer one of :data:`QUESTIONS`.

    Raises :exc:`UnansweredError` where the archive cannot tell: that is no "yes".
    """
    return list(QUESTIONS[question][1](reports, asked))


def _on(reports: Reports, asked: Asked) -> Report:
    link = reports.days().get(asked.day)
    if link is None:
        raise UnansweredError(f"unknown: there is no report of {asked.day}")
    return reports.read(link)


def _found(reports: Reports, asked: Asked) -> tuple[Report, tuple[Finding, ...]]:
    report = _on(reports, asked)
    found = report.of(asked.subject, asked.check)
    if not found:
        raise UnansweredError(f"unknown: nothing was found of {asked.subject} on {asked.day}")
    return report, found


def _conforming(reports: Reports, asked: Asked) -> Iterator[str]:
    report, found = _found(reports, asked)
    verdicts = {finding.verdict for finding in found}
    if verdicts & {*DEVIATING}:
        told = "no"
    else:
        told = "yes" if verdicts == {"pass"} else "unknown: not all of it could be judged"
    yield f"{told} (as of {report.at}, {len(found)} checks)"
    yield from (str(finding) for finding in found if finding.verdict != "pass")


def _who(reports: Reports, asked: Asked) -> Iterator[str]:
    _, found = _found(reports, asked)
    accepted = [finding for finding in found if finding.waiver]
    yield from map(str, accepted)
    if not accepted:
        yield "nobody: nothing of it was accepted"


def _accepted(reports: Reports, asked: Asked) -> Iterator[str]:
    found = [finding for finding in _on(reports, asked).findings if finding.waiver]
    yield from map(str, found)
    if not found:
        yield "nothing"


def _deviations(reports: Reports, asked: Asked) -> Iterator[str]:
    found = [finding for finding in _on(reports, asked).findings if finding.verdict == "fail"]
    yield from (f"{finding.severity}: {finding}" for finding in found)
    if not found:
        yield "none"


def _history(reports: Reports, asked: Asked) -> Iterator[str]:
    """Yield each change of verdict of a subject's checks over all reports up to the day."""
    last: dict[str, str] = {}
    for link in reports.chain.links:
        if reports.day(link) > asked.day:
            break
        report = reports.read(link)
        now = {finding.check: finding for finding in report.of(asked.subject, asked.check)}
        for check, finding in now.items():
            if last.get(check) != finding.verdict:
                yield f"{report.at} {finding}"
        for check in last.keys() - now.keys():
            yield f"{report.at} {asked.subject} {check}: no longer looked at"
        last = {check: finding.verdict for check, finding in now.items()}
    if not last:
        raise UnansweredError(f"unknown: no report up to {asked.day} speaks of {asked.subject}")


def _coverage(reports: Reports, asked: Asked) -> Iterator[str]:
    report = _on(reports, asked)
    yield f"all: coverage {_share(report.coverage)}"
    for score in report.layers:
        yield (f"{score.layer}: coverage {_share(score.coverage)}, ratio {_share(score.ratio)}")


def _share(part: float | None) -> str:
    """Return a share to one digit; what is not whole is never 100%."""
    if part is None:
        return "not known"
    return "100%" if part >= 1 else f"{min(part, 0.999):.1%}"


def _unseen(reports: Reports, asked: Asked) -> Iterator[str]:
    report = _on(reports, asked)
    for row in report.unseen:
        yield f"{row.count}: {row.cause or 'no cause told'}: {row.detail}"
    blind = [finding for finding in report.findings if finding.check == "declaration_compared"]
    yield from map(str, blind)
    if not report.unseen and not blind:
        yield "nothing"


def _revision(reports: Reports, asked: Asked) -> Iterator[str]:
    report = _on(reports, asked)
    if report.revision is None:
        raise UnansweredError(f"unknown: the report of {report.at} names no revision")
    yield f"{report.revision} ({report.reference or 'no branch known'}), as of {report.at}"


def _ended(reports: Reports, asked: Asked) -> Iterator[str]:
    """Yield the waivers that had ended, or ended within 30 days of the day."""
    report = _on(reports, asked)
    soon = as_of(report) + timedelta(days=30)
    ending = [each for each in report.waivers if parse_instant(each.expires) <= soon]
    for waiver in ending:
        over = parse_instant(waiver.expires) <= as_of(report)
        yield f"{'ended' if over else 'ends'}: {waiver.check} of {waiver.subject}: {waiver}"
    if not ending:
        yield "none"


def _control(reports: Reports, asked: Asked) -> Iterator[str]:
    report = _on(reports, asked)
    found = [finding for finding in report.findings if finding.check in asked.controls]
    if not found:
        raise UnansweredError("unknown: no check with subjects is evidence for it")
    bad = [finding for finding in found if finding.verdict != "pass"]
    yield f"{len(found) - len(bad)} of {len(found)} findings pass (as of {report.at})"
    yield from map(str, bad)


QUESTIONS: Final[Mapping[str, tuple[str, Answer]]] = MappingProxyType(
    {
        "conforming": ("Was SUBJECT conforming on the day, and what was not?", _conforming),
        "who-accepted": (
            "Who accepted what deviated of SUBJECT, why, and until when?",
            _who,
        ),
        "accepted": ("What was accepted on the day, by whom and until when?", _accepted),
        "deviations": ("What deviated on the day, and nobody accepted it?", _deviations),
        "history": ("When did the verdicts on SUBJECT change, up to the day?", _history),
        "coverage": ("How much of what is declared could be judged?", _coverage),
        "unseen": ("What could not be looked at, and why?", _unseen),
        "revision": ("Which revision of the code was the cluster held against?", _revision),
        "ended": ("Which waivers had ended by the day, or did within 30 days?", _ended),
        "control": ("Did what is evidence for a control pass?", _control),
    }
)
"""The questions by their names, each with what it asks and who answers it."""
ABOUT_SUBJECT: Final = frozenset({"conforming", "who-accepted", "history"})
