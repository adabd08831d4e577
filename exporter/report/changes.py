"""What of two evaluations differs: findings that came, that went, and that say something else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
from msgspec import Struct

from exporter.domain.delivered import application_of
from exporter.domain.errors import ParseError
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.objects import DeclaredObjects
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.columns import printable
from exporter.report.folded import with_reason
from exporter.report.table import Paint, painted, plain

HEAD: Final = ("VERDICT", "CHECK", "SUBJECT", "DETAIL", "DECLARED AT")
SYNCED: Final = "a sync delivers it"
"""What is said of a finding that is there only until Argo CD has delivered the change."""
REPLICAS: Final = "replicas"
"""The aspect of what a sync delivers, too, beside the checks that say so themselves."""
AMISS: Final = frozenset({Verdict.FAIL, Verdict.UNKNOWN})


class Told(Struct, frozen=True, kw_only=True, order=True):
    """A finding as two evaluations are compared by; *until_synced* is one that a sync resolves."""

    check: str
    subject: Subject
    verdict: Verdict
    severity: str = ""
    detail: str = ""
    where: str = ""
    until_synced: bool = False

    @property
    def key(self) -> tuple[str, Subject]:
        """By what the same finding is found again."""
        return self.check, self.subject


class Changed(Struct, frozen=True, kw_only=True):
    """A finding that says something else than before."""

    before: Told
    after: Told


class Changes(Struct, frozen=True, kw_only=True):
    """All that differs from one evaluation to another; *same* counts failures of both.

    *added* are failures, and what nobody can see, that were not; *resolved* those that are no more;
    *changed* those of which only the words are others.
    """

    added: tuple[Told, ...]
    resolved: tuple[Told, ...]
    changed: tuple[Changed, ...] = ()
    same: int = 0

    @property
    def lasting(self) -> tuple[Told, ...]:
        """What is added and stays when all is synced."""
        return tuple(one for one in self.added if not one.until_synced)


def told(outcome: Evaluation) -> dict[tuple[str, Subject], Told]:
    """Return the findings of an evaluation, passes too."""
    severities = {check.id: str(check.severity) for check in outcome.checks}
    delivered = {
        check.id for check in outcome.checks if check.delivered or check.aspect == REPLICAS
    }
    found = (
        Told(
            check=finding.check,
            subject=finding.subject,
            verdict=finding.verdict,
            severity=severities[finding.check],
            detail=with_reason(finding, finding.detail),
            where=finding.provenance[0].where if finding.provenance else "",
            until_synced=finding.check in delivered and _is_delivered(finding, outcome.facts),
        )
        for finding in outcome.findings
    )
    return {one.key: one for one in found}


def _is_delivered(finding: Finding, facts: Facts) -> bool:
    among = (DeclaredWorkloads, DeclaredObjects)
    return application_of(finding.subject, facts, among=among) is not None


class _Place(Struct):
    path: str = ""
    line: int | None = None


class _Finding(Struct):
    check: str
    subject: dict[str, str]
    verdict: Verdict
    severity: str = ""
    detail: str | None = ""
    provenance: list[_Place] = []


class _Evaluation(Struct):
    findings: list[_Finding]


_DECODER = msgspec.json.Decoder(_Evaluation)


def parse(content: bytes) -> dict[tuple[str, Subject], Told]:
    """Return the findings that ``check --format json`` printed; raises :exc:`ParseError`."""
    try:
        findings = _DECODER.decode(content).findings
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"is no evaluation of `check --format json`: {error}") from None
    found = (
        Told(
            check=one.check,
            subject=Subject(*(one.subject.get(part, "") for part in Subject._fields)),
            verdict=one.verdict,
            severity=one.severity,
            detail=one.detail or "",
            where=next((f"{at.path}:{at.line}" for at in one.provenance if at.line), ""),
        )
        for one in findings
    )
    return {one.key: one for one in found}


def changes(
    before: Mapping[tuple[str, Subject], Told], after: Mapping[tuple[str, Subject], Told]
) -> Changes:
    """Return what differs between two evaluations, sorted."""
    bad = {key: one for key, one in after.items() if one.verdict in AMISS}
    was = {key: one for key, one in before.items() if one.verdict in AMISS}
    both = [(was[key], bad[key]) for key in sorted(bad.keys() & was.keys())]
    new = [one for key, one in bad.items() if key not in was or _is_worse(was[key], one)]
    others = [(old, now) for old, now in both if not _is_worse(old, now)]
    changed = [
        Changed(before=old, after=now)
        for old, now in others
        if (old.verdict, old.detail) != (now.verdict, now.detail)
    ]
    return Changes(
        added=tuple(sorted(new, key=_order)),
        resolved=tuple(sorted((was[key] for key in was.keys() - bad.keys()), key=_order)),
        changed=tuple(changed),
        same=len(others) - len(changed),
    )


def _is_worse(before: Told, after: Told) -> bool:
    return before.verdict is Verdict.UNKNOWN and after.verdict is Verdict.FAIL


def _order(one: Told) -> tuple[bool, bool, str, Subject]:
    return one.until_synced, one.verdict is not Verdict.FAIL, one.check, one.subject


def alone(outcome: Evaluation) -> str:
    """Return in one sentence what is found of the code alone: that nothing is, says little."""
    failing = sum(finding.verdict is Verdict.FAIL for finding in outcome.findings)
    unseen = sum(finding.is_blind_spot for finding in outcome.findings)
    said = f"{failing} of its findings fail" if failing else "Nothing in it fails"
    more = f", and {unseen} declared items cannot be compared" if unseen else ""
    return f"Of the code alone, as no cluster was looked at: {said}{more}"


def headline(found: Changes) -> str:
    """Return in one sentence what differs."""
    later = len(found.added) - len(found.lasting)
    parts = [
        f"{len(found.lasting)} findings added",
        f"{len(found.resolved)} resolved",
        f"{len(found.changed)} changed",
        f"{found.same} as before",
    ]
    return ", ".join(parts) + (f"; {later} more until it is synced" if later else "")


def table(found: Changes, *, paint: Paint = plain, width: int | None = None) -> str:
    """Return what differs, for a terminal."""
    lines = [headline(found)]
    for title, some in _sections(found):
        rows = [_row(one) for one in some]
        if rows:
            lines += ["", title]
            lines += list(painted(HEAD, rows=rows, paint=paint, width=width))[1:]
    return "\n".join(lines) + "\n"


def _sections(found: Changes) -> Iterator[tuple[str, Sequence[Told]]]:
    yield "Added", found.lasting
    yield (
        f"Added until Argo CD has synced ({SYNCED})",
        [one for one in found.added if one.until_synced],
    )
    yield "Resolved", found.resolved
    yield "Changed", [one.after for one in found.changed]


def _row(one: Told) -> Sequence[str]:
    return one.verdict, one.check, f"{one.subject.kind} {one.subject}", one.detail, one.where


def markdown_alone(outcome: Evaluation) -> str:
    """Return what is found of the code alone as a comment for a code host."""
    amiss = [one for one in told(outcome).values() if one.verdict in AMISS]
    return _comment(alone(outcome), [("Findings", sorted(amiss, key=_order))])


def markdown(found: Changes) -> str:
    """Return what differs as a comment for a code host."""
    return _comment(headline(found), _sections(found))


def _comment(summary: str, sections: Iterable[tuple[str, Sequence[Told]]]) -> str:
    lines = ["## Cluster conformance", "", f"{summary}."]
    for title, some in sections:
        if some:
            lines += [
                "",
                f"### {title}",
                "",
                "| verdict | check | subject | detail | declared at |",
            ]
            lines += ["|---|---|---|---|---|", *(_cells(one) for one in some)]
    return "\n".join(lines) + "\n"


def _cells(one: Told) -> str:
    cells = (_escaped(printable(cell)) for cell in _row(one))
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Return *text* as Markdown shows it, without any markup, mention or HTML of its own."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+!|~@" else letter for letter in text)


def only(added: Iterable[Told], outcome: Evaluation) -> Evaluation:
    """Return *outcome* with no findings but what is *added*, for formats that know of one alone."""
    keys = {one.key for one in added}
    kept = tuple(one for one in outcome.findings if (one.check, one.subject) in keys)
    by_check = {
        check: tuple(one for one in kept if one.check == check) for check in outcome.by_check
    }
    return replace(outcome, findings=kept, by_check=by_check)
