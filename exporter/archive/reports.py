"""The reports of an archive as the questions need them: JSON that ``report --archive`` wrote."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

import msgspec

from exporter.archive.chain import ArchiveError, Chain, Link
from exporter.domain.instants import parse_instant


class Subject(msgspec.Struct, frozen=True):
    """What a finding is about."""

    kind: str
    name: str
    namespace: str | None = None

    def __str__(self) -> str:
        return "/".join(filter(None, (self.kind, self.namespace, self.name)))


class Accepted(msgspec.Struct, frozen=True):
    """What somebody accepts until a date."""

    check: str
    subject: str
    reason: str
    owner: str
    expires: str
    ticket: str | None = None
    approved_by: str | None = None
    state: str = ""

    def __str__(self) -> str:
        approved = f", approved by {self.approved_by}" if self.approved_by else ""
        ticket = f", {self.ticket}" if self.ticket else ""
        return f"accepted by {self.owner}{approved} until {self.expires}{ticket}: {self.reason}"


class Finding(msgspec.Struct, frozen=True):
    """A check's verdict on a subject."""

    check: str
    subject: Subject
    verdict: str
    severity: str
    detail: str = ""
    waiver: Accepted | None = None

    def __str__(self) -> str:
        parts = (self.detail, str(self.waiver) if self.waiver else "")
        told = "; ".join(filter(None, parts))
        return f"{self.subject} {self.check}: {self.verdict}{f' ({told})' if told else ''}"


class LayerScore(msgspec.Struct, frozen=True):
    """The score of a layer."""

    layer: str
    ratio: float | None
    coverage: float | None


class Unseen(msgspec.Struct, frozen=True):
    """Why findings are unknown."""

    cause: str | None
    detail: str
    count: int


class Report(msgspec.Struct, frozen=True):
    """A report, as far as it is asked for."""

    at: str
    coverage: float | None
    revision: str | None
    reference: str | None
    layers: tuple[LayerScore, ...]
    findings: tuple[Finding, ...]
    waivers: tuple[Accepted, ...]
    unseen: tuple[Unseen, ...]

    def of(self, subject: str, check: str = "") -> tuple[Finding, ...]:
        """Return what is found of a subject, written as ``Node/n1`` or ``Deployment/ns/name``."""
        return tuple(
            finding
            for finding in self.findings
            if str(finding.subject) == subject and check in ("", finding.check)
        )


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a verified chain, read one by one; days are those of *zone*."""

    folder: Path
    chain: Chain
    zone: tzinfo = UTC

    def day(self, link: Link) -> date:
        """Return the day of a report."""
        return parse_instant(link.at).astimezone(self.zone).date()

    def days(self) -> dict[date, Link]:
        """Return the last report of each day."""
        return {self.day(link): link for link in self.chain.links}

    def read(self, link: Link) -> Report:
        """Return a report; raises :exc:`ArchiveError` for one that this version cannot read."""
        try:
            content = (self.folder / link.file).read_bytes()
            return msgspec.json.decode(content, type=Report)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ArchiveError([f"{link.file}: cannot be read: {error}"]) from None


def as_of(report: Report) -> datetime:
    """Return the instant of a report."""
    return parse_instant(report.at)
